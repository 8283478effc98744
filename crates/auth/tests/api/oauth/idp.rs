//! An OpenID provider that says whatever a test wants it to.

use std::sync::{Arc, Mutex};

use ashlar_core::clock::Clock;
use ashlar_testkit::{
    World,
    upstream::{Reply, Request, Upstream},
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::Visit;

/// A provider of our own.
pub(crate) struct Idp {
    upstream: Upstream,
    told: Arc<Mutex<Told>>,
}

/// What it says.
pub(crate) struct Told {
    /// Besides `iss`, `aud`, `iat`, `exp`, `nonce`, `auth_time`, which are as they should be unless they are here.
    pub(crate) claims: Value,
    pub(crate) algorithm: Algorithm,
    /// Signs instead of its own key.
    pub(crate) key: Option<EncodingKey>,
    /// The whole token, instead.
    pub(crate) id_token: Option<String>,
    /// What its token endpoint answers instead.
    pub(crate) token_reply: Option<Reply>,
    /// What its userinfo endpoint tells instead of the claims.
    pub(crate) userinfo: Option<Value>,
    /// What its discovery tells besides.
    pub(crate) metadata: Value,
    nonce: String,
    issued: usize,
    own: Key,
    clock: Clock,
}

/// A key of Ed25519.
pub(crate) struct Key {
    pub(crate) signing: EncodingKey,
    public: String,
}

impl Key {
    pub(crate) fn new() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new());
        let document = document.unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self {
            signing: EncodingKey::from_ed_der(document.as_ref()),
            public: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
        }
    }
}

impl Idp {
    pub(crate) async fn start(world: &World) -> Self {
        let told = Arc::new(Mutex::new(Told {
            claims: ada(),
            algorithm: Algorithm::EdDSA,
            key: None,
            id_token: None,
            token_reply: None,
            userinfo: None,
            metadata: json!({}),
            nonce: String::new(),
            issued: 0,
            own: Key::new(),
            clock: world.clock(),
        }));
        let answers = Arc::clone(&told);
        let upstream =
            Upstream::start(move |request| answers.lock().unwrap().answer(request)).await;
        Self { upstream, told }
    }

    pub(crate) fn url(&self) -> String {
        self.upstream.url()
    }

    /// Has it say something else.
    pub(crate) fn says(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().unwrap());
    }

    pub(crate) fn claims(&self, claims: Value) {
        self.says(|told| told.claims = claims);
    }

    /// Remembers the nonce with which a browser comes, as its own page would.
    pub(crate) fn nonce(&self, visit: &Visit) {
        self.says(|told| told.nonce = visit.nonce());
    }

    /// What was sent to an endpoint.
    pub(crate) fn requests(&self, path: &str) -> Vec<Request> {
        let requests = self.upstream.requests().into_iter();
        requests
            .filter(|request| request.target.starts_with(path))
            .collect()
    }
}

pub(crate) fn ada() -> Value {
    json!({ "sub": "ada-1", "email": "ada@example.org", "email_verified": true, "name": "Ada L." })
}

impl Told {
    fn answer(&mut self, request: &Request) -> Reply {
        let url = format!("http://{}", request.header("host").unwrap());
        match request.target.as_str() {
            "/.well-known/openid-configuration" => self.discovery(&url),
            "/jwks" => Reply::json(self.keys().to_string()),
            "/token" => self
                .token_reply
                .clone()
                .unwrap_or_else(|| self.tokens(request, &url)),
            "/userinfo" => Reply::json(self.userinfo.as_ref().unwrap_or(&self.claims).to_string()),
            _ => Reply::status(404),
        }
    }

    fn discovery(&self, url: &str) -> Reply {
        let mut document = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/userinfo"),
            "jwks_uri": format!("{url}/jwks"),
        });
        for (name, value) in self.metadata.as_object().unwrap() {
            document[name] = value.clone();
        }
        Reply::json(document.to_string())
    }

    fn keys(&self) -> Value {
        json!({ "keys": [
            { "kty": "unknown", "kid": "strange" },
            { "kty": "OKP", "crv": "Ed25519", "kid": "1", "use": "sig", "x": self.own.public },
        ] })
    }

    fn tokens(&mut self, request: &Request, url: &str) -> Reply {
        self.issued += 1;
        let n = self.issued;
        let basic = request.header("authorization").unwrap_or_default();
        let client = basic.strip_prefix("Basic ").unwrap_or_default();
        let client = base64::engine::general_purpose::STANDARD
            .decode(client)
            .unwrap();
        let client = String::from_utf8(client).unwrap();
        let client_id = client.split(':').next().unwrap();
        let id_token = self
            .id_token
            .clone()
            .unwrap_or_else(|| self.id_token(url, client_id));
        let body = json!({
            "access_token": format!("access-{n}"),
            "refresh_token": format!("refresh-{n}"),
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "openid email",
            "id_token": id_token,
        });
        Reply::json(body.to_string())
    }

    fn id_token(&self, url: &str, client_id: &str) -> String {
        let now = self.clock.now().timestamp();
        let mut claims = json!({
            "iss": url, "aud": client_id, "iat": now, "exp": now + 300, "nonce": self.nonce,
            "auth_time": now,
        });
        for (name, value) in self.claims.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let mut header = Header::new(self.algorithm);
        header.kid = Some("1".to_owned());
        let key = self.key.as_ref().unwrap_or(&self.own.signing);
        encode(&header, &claims, key).unwrap()
    }
}
