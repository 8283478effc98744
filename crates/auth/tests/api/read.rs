//! `GET /users/{user_id}` and `GET /auth/me`.

use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database};

use crate::serve;

on_each_database! {
    /// For other domains' ports: of those who exist, in one statement.
    async fn users_have_names(world: World) {
        let served = serve(&world).await;
        let (ada, eve) = (served.user("ada@example.org").await, served.user("eve@example.org").await);
        eve.delete(&eve).await.assert_status(204);
        let names = served.auth.users().display_names(&[ada.id, eve.id, UserId::new()]).await.unwrap();
        let names: Vec<(UserId, &str)> = names.iter().map(|(id, name)| (*id, name.as_str())).collect();
        assert_eq!(names, [(ada.id, "Ada")]);
    }

    /// With its version, and 304 for who has that already.
    async fn reads_ones_own_record(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let read = ada.get(&ada).await;
        read.assert_status(200);
        assert_eq!(read.header("etag"), Some("\"1\""));
        let mut me = ada.me().await.json();
        assert_eq!(me.as_object_mut().unwrap().remove("has_password"), Some(true.into()));
        assert_eq!(read.json(), me);
        let known = ada.client.get(ada.path()).header("if-none-match", "\"1\"").send().await;
        known.assert_status(304);
    }

    /// To others a user does not exist; whoever manages users sees them all.
    async fn others_are_not_found(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        let others = ada.get(&bob).await;
        others.assert_error(404, "NOT_FOUND");
        assert_eq!(others.error_message(), "User not found");
        let missing = format!("/api/v1/users/{}", UserId::new());
        let nobodys = ada.client.get(&missing).send().await;
        assert_eq!(nobodys.error_message(), others.error_message());
        admin.get(&bob).await.assert_status(200);
        admin.client.get(&missing).send().await.assert_error(404, "NOT_FOUND");
        let malformed = ada.client.get("/api/v1/users/7").send().await;
        malformed.assert_error(400, "BAD_REQUEST");
        assert_eq!(malformed.error_fields(), ["user_id"]);
        let anonymous = served.app.anonymous().get(ada.path()).send().await;
        anonymous.assert_error(401, "UNAUTHORIZED");
    }
}
