//! What an authenticator says, and signs (6.1).

use minicbor::Decoder;

use super::{LONGEST_ID, Refusal, State, cose::PublicKey};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// What an authenticator says, read to its last byte.
pub(super) struct AuthenticatorData<'a> {
    /// SHA-256 of the site's id.
    pub(super) relying_party_hash: &'a [u8],
    pub(super) user_present: bool,
    pub(super) user_verified: bool,
    pub(super) state: State,
    /// The passkey, when it is new.
    pub(super) attested: Option<Attested<'a>>,
}

/// A new passkey (6.5.1).
pub(super) struct Attested<'a> {
    pub(super) credential_id: &'a [u8],
    /// A COSE_Key that we can verify with.
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let mut rest = bytes;
        let relying_party_hash = take(&mut rest, 32)?;
        let flags = take(&mut rest, 1)?[0];
        let has = |flag| flags & flag != 0;
        let mut sign_count = [0; 4];
        sign_count.copy_from_slice(take(&mut rest, 4)?);
        let attested = match has(ATTESTED) {
            true => Some(Attested::read(&mut rest)?),
            false => None,
        };
        if has(EXTENSIONS) {
            skip_map(&mut rest)?;
        }
        if !rest.is_empty() {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            relying_party_hash,
            user_present: has(USER_PRESENT),
            user_verified: has(USER_VERIFIED),
            state: State {
                sign_count: u32::from_be_bytes(sign_count),
                backup_eligible: has(BACKUP_ELIGIBLE),
                backed_up: has(BACKED_UP),
            },
            attested,
        })
    }
}

impl<'a> Attested<'a> {
    fn read(rest: &mut &'a [u8]) -> Result<Self, Refusal> {
        // Which make it is (AAGUID) is of no interest.
        take(rest, 16)?;
        let length = take(rest, 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if !(1..=LONGEST_ID).contains(&length) {
            return Err(Refusal::Malformed);
        }
        let credential_id = take(rest, length)?;
        let mut decoder = Decoder::new(rest);
        PublicKey::read(&mut decoder)?;
        let public_key = take(rest, decoder.position())?;
        Ok(Self {
            credential_id,
            public_key,
        })
    }
}

/// The extensions' outputs: none was asked for, so none is used.
fn skip_map(rest: &mut &[u8]) -> Result<(), Refusal> {
    let mut decoder = Decoder::new(rest);
    for _ in 0..decoder.map()?.ok_or(Refusal::Malformed)? {
        decoder.skip()?;
        decoder.skip()?;
    }
    take(rest, decoder.position())?;
    Ok(())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Refusal> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Refusal::Malformed)?;
    *rest = left;
    Ok(taken)
}
