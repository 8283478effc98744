//! What is throttled, and how it is told apart.

use std::net::IpAddr;

use ashlar_core::{http::ClientInfo, network::Network, principal::UserId};

/// What somebody may try to guess, or do too often. Each is counted for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A password.
    Login,
    /// A one-time code or a recovery code.
    SecondFactor,
    /// Having mail sent to an address.
    ForgotPassword,
    /// Having mail sent to an address that is to become one's own.
    ChangeEmail,
    /// A token from a mail's link.
    MailedToken,
    /// Making accounts.
    Register,
    /// The one-time code of a sign-in by a provider.
    OauthExchange,
    /// Leaving for a provider.
    OauthVisit,
    /// The password or code of somebody who is signed in.
    StepUp,
    /// A challenge for whoever wants to sign in with a passkey.
    PasskeyChallenge,
}

/// Whose secret it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// The account with this e-mail address, if there is one: whether there is makes no difference.
    Address(&'a str),
    /// This user.
    User(UserId),
    /// Nobody's in particular: the client alone is throttled.
    Anybody,
}

impl Rule {
    /// Each of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 10] = [
        Self::Login,
        Self::SecondFactor,
        Self::ForgotPassword,
        Self::ChangeEmail,
        Self::MailedToken,
        Self::Register,
        Self::OauthExchange,
        Self::OauthVisit,
        Self::StepUp,
        Self::PasskeyChallenge,
    ];

    /// What its buckets are told apart by. It never changes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::SecondFactor => "second_factor",
            Self::ForgotPassword => "forgot_password",
            Self::ChangeEmail => "change_email",
            Self::MailedToken => "mailed_token",
            Self::Register => "register",
            Self::OauthExchange => "oauth_exchange",
            Self::OauthVisit => "oauth_visit",
            Self::StepUp => "step_up",
            Self::PasskeyChallenge => "passkey_challenge",
        }
    }

    /// What the audit log calls a refusal.
    pub(crate) fn throttled(self) -> &'static str {
        match self {
            Self::Login => "login.throttled",
            Self::SecondFactor => "second_factor.throttled",
            Self::ForgotPassword => "forgot_password.throttled",
            Self::ChangeEmail => "change_email.throttled",
            Self::MailedToken => "mailed_token.throttled",
            Self::Register => "registration.throttled",
            Self::OauthExchange => "oauth_exchange.throttled",
            Self::OauthVisit => "oauth_visit.throttled",
            Self::StepUp => "step_up.throttled",
            Self::PasskeyChallenge => "passkey_challenge.throttled",
        }
    }
}

impl Subject<'_> {
    /// What two subjects are compared by; none for anybody. Case means nothing in an e-mail address
    /// (see [`Email::key`](crate::model::Email::key)), nor in what somebody gives for one.
    pub(crate) fn key(self) -> Option<String> {
        match self {
            Self::Address(address) => Some(format!("address {}", address.to_ascii_lowercase())),
            Self::User(id) => Some(format!("user {id}")),
            Self::Anybody => None,
        }
    }
}

/// What counts as one client: an IPv4 address, or what one customer gets of IPv6, a /64 (RFC 6177),
/// in which they can take any address.
pub(crate) fn client(client: &ClientInfo) -> String {
    around(client.address, 32, 64)
}

/// The client's neighbourhood: a /24, or what one site gets of IPv6, a /48.
pub(crate) fn network(client: &ClientInfo) -> String {
    around(client.address, 24, 48)
}

/// Clients whose address is not known are one.
fn around(address: Option<IpAddr>, v4: u8, v6: u8) -> String {
    address.map_or_else(
        || "unknown".to_owned(),
        |address| Network::around(address, v4, v6).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> ClientInfo {
        ClientInfo {
            address: Some(address.parse().unwrap()),
            user_agent: None,
        }
    }

    #[test]
    fn one_customer_of_ipv6_is_one_client() {
        assert_eq!(
            client(&at("2001:db8:1:2::1")),
            client(&at("2001:db8:1:2:ffff::"))
        );
        assert_ne!(
            client(&at("2001:db8:1:2::1")),
            client(&at("2001:db8:1:3::1"))
        );
        assert_eq!(
            network(&at("2001:db8:1:2::1")),
            network(&at("2001:db8:1:3::1"))
        );
        assert_ne!(network(&at("2001:db8:1::")), network(&at("2001:db8:2::")));
    }

    #[test]
    fn an_ipv4_address_is_one_client_however_it_is_written() {
        assert_eq!(client(&at("192.0.2.1")), client(&at("::ffff:192.0.2.1")));
        assert_ne!(client(&at("192.0.2.1")), client(&at("192.0.2.2")));
        assert_eq!(network(&at("192.0.2.1")), network(&at("192.0.2.2")));
        assert_ne!(network(&at("192.0.2.1")), network(&at("192.0.3.1")));
    }

    #[test]
    fn rules_are_told_apart() {
        for (place, rule) in Rule::ALL.iter().enumerate() {
            for other in &Rule::ALL[place + 1..] {
                assert_ne!(rule.name(), other.name());
                assert_ne!(rule.throttled(), other.throttled());
            }
        }
    }

    #[test]
    fn case_tells_no_subjects_apart_and_kinds_do() {
        let (ada, shouted) = (Subject::Address("ada@b.cd"), Subject::Address("ADA@b.CD"));
        assert_eq!(ada.key(), shouted.key());
        let id = UserId::new();
        let text = id.to_string();
        assert_ne!(Subject::User(id).key(), Subject::Address(&text).key());
        assert_eq!(Subject::Anybody.key(), None);
    }
}
