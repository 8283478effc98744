//! API keys: making, listing, revoking.

use std::sync::Arc;

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    page::{Page, PageRequest},
    principal::Principal,
    problem::{FieldError, Unexpected},
    scopes::OfferedScopes,
    secret::Secret,
    valid::Change,
};
use chrono::{DateTime, SubsecRound, Utc};

use crate::{
    api_key::{self, KeyHash},
    audit::{self, Entry},
    entity::{api_key::Model, session},
    error::AuthError,
    known_keys::KnownKeys,
    model::{ApiKeyId, Method},
    repository,
    schemas::{ApiKeyCreate, ApiKeySort},
    service::Callers,
    settings::ApiKeySettings,
};

/// How many keys of one user may be good at a time: more than anyone has scripts.
const MOST: u64 = 50;

/// The API keys of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    database: Database,
    clock: Clock,
    known: Arc<KnownKeys>,
    callers: Callers,
    settings: ApiKeySettings,
}

impl ApiKeys {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        known: Arc<KnownKeys>,
        callers: Callers,
        settings: ApiKeySettings,
    ) -> Self {
        Self {
            database,
            clock,
            known,
            callers,
            settings,
        }
    }

    /// A new key of `owner`'s, and its text, which is kept nowhere.
    pub(crate) async fn create(
        &self,
        owner: &Principal,
        wanted: ApiKeyCreate,
        offered: &OfferedScopes,
        client: &ClientInfo,
    ) -> Result<(Model, Secret), AuthError> {
        let now = self.clock.now();
        let scopes = checked_scopes(wanted.scopes, offered)?;
        let expires_at = self.expiry(wanted.expires_at, now)?;
        let text = api_key::generate().map_err(Unexpected::new)?;
        let key = |maker: &session::Model| Model {
            id: ApiKeyId::new(),
            user_id: owner.user_id,
            name: wanted.name.clone(),
            prefix: api_key::shown(&text),
            hash: KeyHash::of(text.expose()),
            scopes: scopes.join(" "),
            // No more than the sign-in that makes it.
            second_factor: Method::have_second_factor(&maker.methods),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let work = async |transaction: &Transaction| {
            // Locked, so that whoever makes two at once makes them one after the other.
            let caller = self.callers.lock_proved(transaction, owner).await?;
            let key = key(&caller.session);
            let living = repository::api_keys::count_living(transaction, owner.user_id, now);
            if living.await? >= MOST {
                return Err(AuthError::TooManyKeys);
            }
            repository::api_keys::insert(transaction, key.clone()).await?;
            let entry = about("api_key.created", &key, owner, client)
                .with("scopes", scopes.clone())
                .with("expires_at", key.expires_at.map(|end| end.to_rfc3339()));
            audit::record(transaction, entry, now).await?;
            Ok(key)
        };
        let key = self.database.transaction(work).await?;
        tracing::info!(user_id = %owner.user_id, key_id = %key.id, "api_key_created");
        Ok((key, text))
    }

    pub(crate) async fn list(
        &self,
        owner: &Principal,
        page: &PageRequest<ApiKeySort>,
    ) -> Result<Page<Model>, AuthError> {
        let connection = self.database.connection();
        Ok(repository::api_keys::list(connection, owner.user_id, page).await?)
    }

    pub(crate) async fn revoke(
        &self,
        owner: &Principal,
        id: ApiKeyId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let work = async |transaction: &Transaction| {
            let now = self.clock.now();
            self.callers.lock_proved(transaction, owner).await?;
            let revoked = repository::api_keys::revoke(transaction, owner.user_id, id, now).await?;
            let key = revoked.ok_or(AuthError::KeyNotFound)?;
            let entry = about("api_key.revoked", &key, owner, client);
            audit::record(transaction, entry, now).await?;
            Ok::<_, AuthError>(key)
        };
        let key = self.database.transaction(work).await?;
        self.known.forget(key.hash);
        tracing::info!(user_id = %owner.user_id, key_id = %id, "api_key_revoked");
        Ok(())
    }

    /// When a key made `now` is over, given what its owner `wants`.
    fn expiry(
        &self,
        wants: Change<Option<DateTime<Utc>>>,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, AuthError> {
        let longest = self.settings.longest;
        let refused = |rule: String| Err(AuthError::RefusedExpiry(rule));
        match wants {
            Change::Keep => Ok(Some(now + self.settings.default_lifetime())),
            Change::Set(None) if self.settings.allow_permanent => Ok(None),
            Change::Set(None) => refused("must not be null here: a key has to end".to_owned()),
            Change::Set(Some(end)) if end <= now => refused("must be in the future".to_owned()),
            Change::Set(Some(end)) if end > now + longest => {
                refused(format!("must be within {} days", longest.num_days()))
            }
            Change::Set(Some(end)) => Ok(Some(end.trunc_subsecs(6))),
        }
    }
}

/// The scopes, each once, if all of them are offered.
fn checked_scopes(
    mut wanted: Vec<String>,
    offered: &OfferedScopes,
) -> Result<Vec<String>, AuthError> {
    let unknown = |(index, scope): (usize, &String)| {
        let known = offered.names().contains(scope);
        let field = || FieldError::new(format!("scopes[{index}]"), "is no scope").value(scope);
        (!known).then(field)
    };
    let unknown: Vec<FieldError> = wanted.iter().enumerate().filter_map(unknown).collect();
    if !unknown.is_empty() {
        return Err(AuthError::UnknownScopes(unknown));
    }
    wanted.sort_unstable();
    wanted.dedup();
    Ok(wanted)
}

fn about(action: &'static str, key: &Model, owner: &Principal, client: &ClientInfo) -> Entry {
    Entry::new(action)
        .of(owner.user_id)
        .by(owner)
        .from(client)
        .with("key_id", key.id.to_string())
        .with("name", key.name.as_str())
}
