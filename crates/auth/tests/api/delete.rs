//! `DELETE /users/{user_id}`.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join;

use crate::{assert_unauthorized, serve};

on_each_database! {
    /// The record, the tokens and the claim to the address go together.
    async fn a_deleted_user_is_gone(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        ada.me().await.assert_status(200);
        ada.delete(&ada).await.assert_status(204);
        assert_unauthorized(&ada.me().await, "User not found");
        assert_unauthorized(&ada.delete(&ada).await, "User not found");
        admin.get(&ada).await.assert_error(404, "NOT_FOUND");
        admin.delete(&ada).await.assert_error(404, "NOT_FOUND");
        assert!(!served.auth.users().exists(ada.id).await.unwrap());
        let again = served.user("ada@example.org").await;
        assert_ne!(again.id, ada.id);
        assert_unauthorized(&ada.me().await, "User not found");
    }

    /// Only one's own, or with the permission to manage users.
    async fn others_are_not_ones_own_to_delete(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        ada.delete(&bob).await.assert_error(404, "NOT_FOUND");
        bob.me().await.assert_status(200);
        admin.delete(&bob).await.assert_status(204);
        assert_unauthorized(&bob.me().await, "User not found");
    }

    /// Not even at the same moment as the only other one.
    async fn the_last_admin_stays(world: World) {
        let served = serve(&world).await;
        let one = served.admin("one@example.org").await;
        one.delete(&one).await.assert_error(409, "CONFLICT");
        let two = served.admin("two@example.org").await;
        let (first, second) = join(one.delete(&one), two.delete(&two)).await;
        let mut statuses = [first.status(), second.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
    }
}
