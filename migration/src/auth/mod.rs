//! Migrations of auth: users, passwords, sessions, the audit log, throttles, keys, second factors.

use sea_orm_migration::MigrationTrait;

mod m20261120_160000_create_users;
mod m20261120_230000_create_passwords;
mod m20261120_230200_drop_users_password_hash;
mod m20261120_230300_add_users_email_verified_at;
mod m20261120_230400_create_sessions;
mod m20261120_230500_create_audit_log;
mod m20261120_230600_index_sessions_revoked_at;
mod m20261120_230700_widen_users_role;
mod m20261120_230800_create_oauth_flows;
mod m20261120_230801_create_oauth_codes;
mod m20261120_230802_create_oauth_accounts;
mod m20261120_230900_create_account_tokens;
mod m20261120_231000_create_auth_throttles;
mod m20261120_231100_create_api_keys;
mod m20261120_231200_create_totp_credentials;
mod m20261120_231201_add_users_second_factor;
mod m20261120_231202_create_passkeys;
mod m20261120_231203_add_oauth_flows_link_session_id;
mod m20261120_233900_add_api_keys_second_factor;
mod m20261128_033000_add_oauth_flows_fresh;
mod m20261128_033001_add_oauth_codes_authenticated_at;
mod m20261128_033002_index_account_tokens_purpose;
mod m20261128_033003_add_account_tokens_sent_at;
mod m20261128_040500_index_oauth_flows_link_user_id;
mod m20261128_073726_index_oauth_codes_by_user;

/// Every migration of auth.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261120_160000_create_users::Migration),
        Box::new(m20261120_230000_create_passwords::Migration),
        Box::new(m20261120_230200_drop_users_password_hash::Migration),
        Box::new(m20261120_230300_add_users_email_verified_at::Migration),
        Box::new(m20261120_230400_create_sessions::Migration),
        Box::new(m20261120_230500_create_audit_log::Migration),
        Box::new(m20261120_230600_index_sessions_revoked_at::Migration),
        Box::new(m20261120_230700_widen_users_role::Migration),
        Box::new(m20261120_230800_create_oauth_flows::Migration),
        Box::new(m20261120_230801_create_oauth_codes::Migration),
        Box::new(m20261120_230802_create_oauth_accounts::Migration),
        Box::new(m20261120_230900_create_account_tokens::Migration),
        Box::new(m20261120_231000_create_auth_throttles::Migration),
        Box::new(m20261120_231100_create_api_keys::Migration),
        Box::new(m20261120_231200_create_totp_credentials::Migration),
        Box::new(m20261120_231201_add_users_second_factor::Migration),
        Box::new(m20261120_231202_create_passkeys::Migration),
        Box::new(m20261120_231203_add_oauth_flows_link_session_id::Migration),
        Box::new(m20261120_233900_add_api_keys_second_factor::Migration),
        Box::new(m20261128_033000_add_oauth_flows_fresh::Migration),
        Box::new(m20261128_033001_add_oauth_codes_authenticated_at::Migration),
        Box::new(m20261128_033002_index_account_tokens_purpose::Migration),
        Box::new(m20261128_033003_add_account_tokens_sent_at::Migration),
        Box::new(m20261128_040500_index_oauth_flows_link_user_id::Migration),
        Box::new(m20261128_073726_index_oauth_codes_by_user::Migration),
    ]
}
