//! What follows when a user is gone.

use ashlar_contracts::users::UserDeleted;
use ashlar_testkit::{World, on_each_database};

use crate::{path_of, project, serve};

on_each_database! {
    /// Their projects go, with the tasks in them; others' stay. A second telling changes nothing.
    async fn a_users_projects_go_with_them(world: World) {
        let app = serve(&world).await;
        let (ada, bob) = (app.user(), app.user());
        for slug in ["a", "b"] {
            project(&ada, slug).await;
        }
        let kept = project(&bob, "kept").await;
        for _ in 0..2 {
            world.publish(&UserDeleted { user_id: ada.user_id() }).await;
        }
        assert_eq!(app.settle().await, 2, "two events");
        let list = ada.get("/api/v1/projects").send().await.assert_status(200).json();
        assert_eq!(list["data"].as_array().expect("a list").len(), 0, "{list}");
        let kept = bob.get(path_of(&kept)).send().await.assert_status(200).json();
        assert_eq!(kept["version"], 1);
    }
}
