//! A certificate for this machine, trusted by nobody who was not told to.

use std::{
    fmt, fs,
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use ashlar_core::{clock::Clock, secret::Secret, settings::TlsSettings};
use chrono::{DateTime, Datelike, Days, Utc};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// What it is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long it is valid, in days. Apple's systems refuse more than 825
/// (support.apple.com/103769).
const VALIDITY: u64 = 824;

/// A certificate and its key.
pub struct Certificate {
    certificate: String,
    key: Secret,
}

/// A new self-signed certificate for `localhost`, `127.0.0.1` and `::1`, valid from yesterday, for
/// clocks that are behind. No authority signed it, and it can sign no other.
///
/// # Panics
/// When the machine has no randomness to make a key of.
pub fn certificate() -> Certificate {
    let yesterday = Clock::system().now() - Days::new(1);
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Ashlar development");
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).expect("the names are sound");
    let (begin, end) = (yesterday, yesterday + Days::new(VALIDITY));
    params.not_before = date_time_ymd(begin.year(), month(begin), day(begin));
    params.not_after = date_time_ymd(end.year(), month(end), day(end));
    params.distinguished_name = name;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().expect("a key pair");
    let certificate = params.self_signed(&key).expect("a certificate");
    Certificate {
        certificate: certificate.pem(),
        key: key.serialize_pem().into(),
    }
}

impl Certificate {
    /// The certificate in PEM.
    pub fn pem(&self) -> &str {
        &self.certificate
    }

    /// Writes `localhost.crt`, and `localhost.key` that nobody else may read, into `folder`, which
    /// is made if it is not there; the answer is what `HttpSettings::tls` wants.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<TlsSettings> {
        fs::create_dir_all(folder)?;
        let files = TlsSettings {
            cert: folder.join("localhost.crt"),
            key: folder.join("localhost.key"),
        };
        fs::write(&files.cert, &self.certificate)?;
        write_private(&files.key, self.key.expose())?;
        Ok(files)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

fn month(date: DateTime<Utc>) -> u8 {
    u8::try_from(date.month()).expect("1 to 12")
}

fn day(date: DateTime<Utc>) -> u8 {
    u8::try_from(date.day()).expect("1 to 31")
}

/// Replaces the file instead of writing into it: an old one might be readable by others.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
