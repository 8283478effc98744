//! What auth tells the other domains.

use ashlar_contracts::users::{UserDeleted, UserRegistered, UserUpdated};
use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::serve;

on_each_database! {
    /// Each change is told, in order, as the user is then.
    async fn changes_of_a_user_are_told(world: World) {
        let served = serve(&world).await;
        let ada = served.user("Ada@Example.org").await;
        ada.patch(&ada, json!({ "display_name": "Countess" })).await.assert_status(200);
        ada.delete(&ada).await.assert_status(204);
        let published = world.published().await;
        assert_eq!(published.names(), ["user.registered", "user.updated", "user.deleted"]);
        let registered = UserRegistered {
            user_id: ada.id,
            email: "Ada@Example.org".to_owned(),
            display_name: "Ada".to_owned(),
            token_id: published.of::<UserRegistered>()[0].token_id,
        };
        assert!(registered.token_id.is_some());
        assert_eq!(published.of::<UserRegistered>(), [registered]);
        assert_eq!(published.of::<UserUpdated>()[0].display_name, "Countess");
        assert_eq!(published.of::<UserDeleted>(), [UserDeleted { user_id: ada.id }]);
    }

    /// An admin's change of what somebody may do is a change like any other.
    async fn a_change_of_standing_is_told(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        let updated = world.published().await.of::<UserUpdated>();
        assert_eq!(updated.len(), 1);
        assert_eq!(updated[0].user_id, ada.id);
    }

    /// What did not happen is not told.
    async fn what_is_refused_is_not_told(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        served.register("ADA@example.org").await.assert_error(409, "CONFLICT");
        ada.patch(&ada, json!({})).await.assert_status(200);
        let stale = ada.client.delete(ada.path()).header("if-match", "\"7\"");
        stale.send().await.assert_error(412, "PRECONDITION_FAILED");
        assert_eq!(world.published().await.names(), ["user.registered"]);
    }
}
