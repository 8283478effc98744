//! What access tokens are signed with.

use std::fs;

use ashlar_core::{
    secret::REDACTED,
    settings::{Choice, Reader, Value},
};

use crate::keys::KeyRing;

const KEYS: &str = "AUTH_JWT_KEYS";

/// What access tokens are signed with.
#[derive(Clone, Debug)]
pub enum TokenKeys {
    /// HS256, with a key derived from `SECRET_KEY`: whoever can verify can sign, so it is for this
    /// installation alone.
    Secret,
    /// EdDSA, with these keys: others verify with what `/.well-known/jwks.json` tells.
    Public(KeyRing),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenAlgorithm {
    Hs256,
    EdDsa,
}

impl Choice for TokenAlgorithm {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("HS256", Self::Hs256), ("EdDSA", Self::EdDsa)];
}

/// The keys as they are given: PEM itself, or the files it is in.
#[derive(Default)]
struct GivenKeys(Option<KeyRing>);

impl TokenKeys {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let algorithm = reader
            .var(
                "AUTH_JWT_ALGORITHM",
                "How access tokens are signed: HS256, by a key made from SECRET_KEY, or EdDSA, by \
                 AUTH_JWT_KEYS, which others can verify",
            )
            .default(TokenAlgorithm::Hs256);
        let keys = reader.var::<GivenKeys>(
            KEYS,
            "The Ed25519 keys of EdDSA as PEM, or the comma-separated files they are in; the first \
             signs, all verify; `ashlar keys generate` makes one",
        );
        match algorithm {
            TokenAlgorithm::EdDsa => {
                let GivenKeys(keys) = keys.required();
                // Without keys there is a problem, so this is never served with.
                keys.map_or(Self::Secret, Self::Public)
            }
            TokenAlgorithm::Hs256 => {
                if keys.optional().is_some() {
                    reader.warning(KEYS, "is not used: AUTH_JWT_ALGORITHM is HS256");
                }
                Self::Secret
            }
        }
    }
}

impl Value for GivenKeys {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let pem = if text.contains("-----BEGIN") {
            // Where a variable holds one line, a line break is written as in JSON.
            text.replace("\\n", "\n")
        } else {
            read_files(text)?
        };
        let ring = KeyRing::from_pem(&pem).map_err(|error| error.to_string())?;
        Ok(Self(Some(ring)))
    }

    fn show(&self) -> String {
        REDACTED.to_owned()
    }
}

/// What is in the files, one after the other. An error tells which of them by its number: what was
/// meant to be a path may be a key.
fn read_files(paths: &str) -> Result<String, String> {
    let paths = paths.split(',').map(str::trim);
    let mut text = String::new();
    for (at, path) in paths.filter(|path| !path.is_empty()).enumerate() {
        let content = fs::read_to_string(path).map_err(|error| {
            let number = at + 1;
            format!("must be PEM, or files that can be read; number {number}: {error}")
        })?;
        text.push_str(&content);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use ashlar_core::settings::{Effective, Problems, Source};

    use super::*;
    use crate::keys::NewKey;

    fn read(pairs: &[(&str, &str)]) -> Result<(TokenKeys, Effective), Problems> {
        let mut reader = Reader::new(Source::from_pairs(pairs.iter().copied()));
        let keys = TokenKeys::read(&mut reader);
        reader.finish().map(|effective| (keys, effective))
    }

    fn eddsa(keys: &str) -> Result<(TokenKeys, Effective), Problems> {
        read(&[("AUTH_JWT_ALGORITHM", "EdDSA"), (KEYS, keys)])
    }

    fn ids(keys: TokenKeys) -> Vec<String> {
        match keys {
            TokenKeys::Public(ring) => ring.public().keys.into_iter().map(|key| key.kid).collect(),
            TokenKeys::Secret => Vec::new(),
        }
    }

    #[test]
    fn one_machine_needs_no_keys() {
        assert!(ids(read(&[]).unwrap().0).is_empty());
        let key = NewKey::generate().unwrap();
        let (keys, effective) = read(&[(KEYS, key.pem.expose())]).unwrap();
        assert!(ids(keys).is_empty());
        assert_eq!(effective.warnings()[0].variable, KEYS);
    }

    #[test]
    fn keys_are_pem_or_files() {
        let (one, two) = (NewKey::generate().unwrap(), NewKey::generate().unwrap());
        let both = format!("{}{}", one.pem.expose(), two.pem.expose());
        let expected = [one.id, two.id];
        assert_eq!(ids(eddsa(&both).unwrap().0), expected);
        assert_eq!(ids(eddsa(&both.replace('\n', "\\n")).unwrap().0), expected);
        let folder = std::env::temp_dir().join(format!("keys-{}", expected[0]));
        fs::create_dir(&folder).unwrap();
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        fs::write(path("one"), one.pem.expose()).unwrap();
        fs::write(path("two"), two.pem.expose().trim_end()).unwrap();
        let paths = format!("{}, {}", path("one"), path("two"));
        let (keys, effective) = eddsa(&paths).unwrap();
        assert_eq!(ids(keys), expected);
        fs::remove_dir_all(&folder).unwrap();
        let shown = effective.to_string();
        assert!(!shown.contains(&path("one")), "{shown}");
    }

    #[test]
    fn what_is_no_key_is_told_by_its_variable_and_not_quoted() {
        let key = NewKey::generate().unwrap();
        let base64 = key.pem.expose().lines().nth(1).unwrap();
        let cut = &key.pem.expose()[..60];
        for wrong in [base64, cut, "", "a missing file"] {
            let problems = eddsa(wrong).unwrap_err();
            let told = problems.to_string();
            assert!(told.contains(KEYS), "{told}");
            assert_eq!(problems.iter().count(), 1, "{told}");
            assert!(wrong.is_empty() || !told.contains(wrong), "{told}");
        }
        assert!(read(&[("AUTH_JWT_ALGORITHM", "EdDSA")]).is_err());
        assert!(read(&[("AUTH_JWT_ALGORITHM", "none")]).is_err());
    }
}
