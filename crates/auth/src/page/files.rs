//! What the page loads.

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const DRAWING: &str = "image/svg+xml";

macro_rules! file {
    ($name:literal, $media_type:expr) => {
        (
            $name,
            include_bytes!(concat!("assets/", $name)).as_slice(),
            $media_type,
        )
    };
}

/// Name below `/account/assets`, content, media type.
pub(super) const FILES: [(&str, &[u8], &str); 36] = [
    file!("account.js", SCRIPT),
    file!("api.js", SCRIPT),
    file!("content.css", STYLE),
    file!("controls.css", STYLE),
    file!("copy.js", SCRIPT),
    file!("dialog.js", SCRIPT),
    file!("dom.js", SCRIPT),
    file!("form.js", SCRIPT),
    file!("icon.svg", DRAWING),
    file!("icons.js", SCRIPT),
    file!("layout.css", STYLE),
    file!("messages.css", STYLE),
    file!("notice.js", SCRIPT),
    file!("passkey.js", SCRIPT),
    file!("provider.js", SCRIPT),
    file!("recovery_codes.js", SCRIPT),
    file!("router.js", SCRIPT),
    file!("session.js", SCRIPT),
    file!("shell.js", SCRIPT),
    file!("step_up.js", SCRIPT),
    file!("theme.css", STYLE),
    file!("views/activity.js", SCRIPT),
    file!("views/api_keys.js", SCRIPT),
    file!("views/connections.js", SCRIPT),
    file!("views/delete_account.js", SCRIPT),
    file!("views/devices.js", SCRIPT),
    file!("views/overview.js", SCRIPT),
    file!("views/passkeys.js", SCRIPT),
    file!("views/password.js", SCRIPT),
    file!("views/profile.js", SCRIPT),
    file!("views/reset.js", SCRIPT),
    file!("views/sign_in.js", SCRIPT),
    file!("views/sign_up.js", SCRIPT),
    file!("views/two_step.js", SCRIPT),
    file!("views/verify.js", SCRIPT),
    file!("words.js", SCRIPT),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_file_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page/assets");
        let mut there = BTreeSet::new();
        for below in ["", "views/"] {
            for entry in fs::read_dir(folder.join(below)).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    there.insert(format!("{below}{}", entry.file_name().to_string_lossy()));
                }
            }
        }
        // The page itself, which is not served as it is.
        assert!(there.remove("account.html"));
        let served: BTreeSet<String> = FILES.map(|(name, ..)| name.to_owned()).into();
        assert_eq!(served, there);
    }
}
