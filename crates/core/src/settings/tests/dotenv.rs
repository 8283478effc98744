//! The `.env` file and what can be wrong with it.

use super::*;

#[test]
fn likely_typing_errors_in_dotenv_are_told() {
    let dotenv = "SECRETKEY=x\nPROT=1\nDB_POOL_SISE=3\nPOSTGRES_USER=me\nTEST_DATABASE_URL=y\n";
    let mut reader = Reader::new(Source::from_pairs(NOTHING).with_dotenv(dotenv));
    reader.known("TEST_DATABASE_URL");
    AppSettings::read(&mut reader);
    HttpSettings::read(&mut reader);
    DatabaseSettings::read(&mut reader);
    SecretKey::read(&mut reader);
    let effective = reader.finish().unwrap();
    let warnings: Vec<String> = effective
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        warnings,
        [
            "DB_POOL_SISE (.env line 3) is not a setting; did you mean DB_POOL_SIZE?",
            "POSTGRES_USER (.env line 4) is not a setting",
            "PROT (.env line 2) is not a setting; did you mean PORT?",
            "SECRETKEY (.env line 1) is not a setting; did you mean SECRET_KEY?",
        ]
    );
}

#[test]
fn a_malformed_dotenv_is_told_by_line_without_its_text() {
    let dotenv = "PORT=1\n\n# comment\nhunter2 without equals\nHOST=h\nA='open hunter2\nB=2\n";
    let (settings, outcome) = read(Source::from_pairs(NOTHING).with_dotenv(dotenv));
    let problems = outcome.unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            ".env line 4 is not of the form NAME=value, with quotes that close",
            ".env line 6 is not of the form NAME=value, with quotes that close",
        ]
    );
    assert_eq!(settings.http.host, "h", "the lines between are read");
    assert!(!problems.to_string().contains("hunter2"));

    let twice = Source::from_pairs(NOTHING).with_dotenv("PORT=1\nPORT=2 ");
    let (settings, outcome) = read(twice);
    assert_eq!(settings.http.port, 2);
    let told = outcome.unwrap().warnings()[0].to_string();
    assert_eq!(
        told,
        "PORT is set on lines 1 and 2 of .env; the last counts"
    );
}

#[test]
fn a_dotenv_that_cannot_be_read_is_told() {
    let directory = Scratch::new();
    let told = |path: &Path| -> Vec<String> {
        let mut source = Source::from_pairs(NOTHING);
        source.read_dotenv(path);
        match read(source).1 {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    };
    assert_eq!(told(&directory.0.join(".env")), [""; 0], "none is fine");
    let a_directory = told(&directory.0);
    assert_eq!(a_directory.len(), 1);
    assert!(
        a_directory[0].starts_with(".env cannot be read: "),
        "{a_directory:?}"
    );

    let path = directory.0.join(".env");
    fs::write(&path, b"\xef\xbb\xbfPORT=1\r\nHOST=h\r\n").unwrap();
    assert_eq!(
        told(&path),
        [""; 0],
        "a mark in front and other line ends are fine"
    );
    fs::write(&path, b"PORT=1\nHOST=\xff\n").unwrap();
    assert_eq!(told(&path), [".env line 2 is not valid UTF-8"]);
}
