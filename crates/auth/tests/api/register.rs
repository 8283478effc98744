//! `POST /users`.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde_json::json;

use crate::{PASSWORD, column, serve};

const PROMISE_ON_SQLITE: &str = "
    create table promises (id, kept integer references promises (id) deferrable initially deferred);
    create unique index ux_promises_id on promises (id);
    create trigger promise after insert on users begin insert into promises values (1, 2); end;";

const PROMISE_ON_POSTGRES: &str = "
    create table promises (
        id integer primary key,
        kept integer references promises (id) deferrable initially deferred
    );
    create function promise() returns trigger language plpgsql as
        $$ begin insert into promises values (1, 2); return new; end $$;
    create trigger promise after insert on users for each row execute function promise();";

on_each_database! {
    /// What comes back is the user, without any trace of the password.
    async fn registers_a_user(world: World) {
        let served = serve(&world).await;
        let created = served.register("Ada@Example.org").await;
        created.assert_status(201);
        let user = created.json();
        let id = user["id"].as_str().unwrap();
        assert_eq!(created.header("location"), Some(&*format!("/api/v1/users/{id}")));
        assert_eq!(created.header("etag"), Some("\"1\""));
        assert_eq!(user["email"], "Ada@Example.org");
        assert_eq!(user["display_name"], "Ada");
        assert_eq!(user["role"], "user");
        assert_eq!(user["status"], "active");
        assert_eq!(user["version"], 1);
        assert_eq!(user["created_at"], user["updated_at"]);
        assert_eq!(user["email_verified"], false);
        assert_eq!(user["second_factor"], false);
        assert_eq!(user.as_object().unwrap().len(), 10, "{user}");
        // The throttle, the user, their password, the audit log, the token to verify the address, and
        // the event.
        created.assert_statements(6);
        let told = "SELECT address || ' ' || details FROM audit_log WHERE action = 'user.registered' \
            AND actor_id = user_id";
        assert_eq!(column(&world, told).await, ["127.0.0.1 {}"]);
    }

    /// Each rule, and all of them in one answer.
    async fn refuses_what_breaks_a_rule(world: World) {
        let served = serve(&world).await;
        let good = json!({ "email": "a@b.cd", "display_name": "A", "password": PASSWORD });
        let bad = [
            ("email", json!("no address")),
            ("email", json!("a@b.cd\u{2028}")),
            ("email", json!(7)),
            ("email", json!(null)),
            ("display_name", json!("")),
            ("display_name", json!(" \t ")),
            ("display_name", json!("\u{3000}")),
            ("display_name", json!("A\r\nBcc: b@b.cd")),
            ("display_name", json!("ä".repeat(101))),
            ("display_name", json!("A\u{0}")),
            ("password", json!("1234567")),
            ("password", json!("x".repeat(129))),
            ("password", json!(12345678)),
            ("role", json!("admin")),
            ("status", json!("active")),
        ];
        for (field, value) in bad {
            let mut body = good.clone();
            body[field] = value;
            let refused = served.app.anonymous().post("/api/v1/users").json(&body).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), [field], "{body}");
            assert!(!refused.text().contains("1234567"), "{}", refused.text());
        }
        let all = json!({ "email": "x", "display_name": "", "password": "short", "role": "admin" });
        let refused = served.app.anonymous().post("/api/v1/users").json(&all).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.error_fields(), ["email", "display_name", "password", "role"]);
        assert!(!refused.text().contains("short"), "{}", refused.text());
        let none = served.app.anonymous().post("/api/v1/users").json(&json!({})).send().await;
        none.assert_error(422, "VALIDATION_ERROR");
    }

    /// Case tells no addresses apart, and a look-alike in another script is no address.
    async fn an_address_is_registered_once(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        for same in ["ada@example.org", "ADA@EXAMPLE.ORG", "Ada@example.Org"] {
            let refused = served.register(same).await;
            refused.assert_error(409, "CONFLICT");
            assert_eq!(refused.error_message(), "Email already registered");
        }
        for look_alike in ["ａda@example.org", "аda@example.org", "ada@example．org"] {
            let refused = served.register(look_alike).await;
            refused.assert_error(422, "VALIDATION_ERROR");
        }
        served.register("ada@example.com").await.assert_status(201);
    }

    /// The unique index decides, so being quick does not help.
    async fn of_several_at_once_one_succeeds(world: World) {
        let served = serve(&world).await;
        let spellings = ["a@b.cd", "A@b.cd", "a@B.cd", "a@b.CD", "A@B.CD", "a@b.cD"];
        let answers = join_all(spellings.map(|email| served.register(email))).await;
        let created = answers.iter().filter(|answer| answer.status() == 201).count();
        let refused = answers.iter().filter(|answer| answer.status() == 409).count();
        assert_eq!((created, refused), (1, 5));
    }

    /// What fails at the end of the statement, when it commits, as on a full disk, counts too: here
    /// it is a foreign key that is checked no earlier.
    async fn what_was_not_kept_is_not_created(world: World) {
        let served = serve(&world).await;
        let database = world.database();
        let connection = database.connection();
        let promise = match connection.get_database_backend() {
            DatabaseBackend::Sqlite => PROMISE_ON_SQLITE,
            _ => PROMISE_ON_POSTGRES,
        };
        connection.execute_unprepared(promise).await.unwrap();
        let refused = served.register("ada@example.org").await;
        refused.assert_error(500, "INTERNAL_ERROR");
        let keep = match connection.get_database_backend() {
            DatabaseBackend::Sqlite => "drop trigger promise",
            _ => "drop trigger promise on users",
        };
        connection.execute_unprepared(keep).await.unwrap();
        served.register("ada@example.org").await.assert_status(201);
    }

    /// An admin is made by the command line, with the same rules.
    async fn an_admin_takes_no_address_that_is_taken(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let taken = served.auth.users().create_admin(
            "ADA@example.org".parse().unwrap(),
            "Ada".parse().unwrap(),
            PASSWORD.parse().unwrap(),
        );
        let error = taken.await.unwrap_err();
        assert!(matches!(error, ashlar_auth::error::AuthError::EmailTaken), "{error:?}");
        let admin = served.admin("root@example.org").await;
        assert_eq!(admin.me().await.json()["role"], "admin");
        assert!(served.auth.users().exists(admin.id).await.unwrap());
    }
}
