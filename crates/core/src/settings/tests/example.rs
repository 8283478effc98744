//! The `.env.example` made of all that is read.

use super::*;

#[test]
fn the_example_tells_of_everything_and_is_always_the_same() {
    let example = read(Source::from_pairs(NOTHING)).1.unwrap().example();
    assert_eq!(
        read(production([("PORT", "1")])).1.unwrap().example(),
        example
    );
    for block in [
        "\n# ---- HTTP server ----\n",
        "\n# TCP port to listen on; 0 takes any free one.\n# Default: 8000, with TLS 8443.\n#PORT=\n",
        "\n# Seconds that a request may take.\n#HTTP_REQUEST_TIMEOUT=30\n",
        "\n# postgres://…, postgresql://… or sqlite:….\n# Must be set in production.\n\
         #DATABASE_URL=sqlite://ashlar.db?mode=rwc\n",
        "# Default: http://localhost:4200,http://localhost:3000; in production none.\n#CORS_ORIGINS=\n",
        "# Must be set in production.\n#SECRET_KEY=\n",
    ] {
        assert!(example.contains(block), "{block}\n---\n{example}");
    }

    // Whoever uncomments everything gets the defaults.
    let uncommented: String = (example.lines())
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' '))
        .map(|line| format!("{line}\n"))
        .collect();
    let (settings, outcome) = read(Source::from_pairs(NOTHING).with_dotenv(&uncommented));
    let effective = outcome.unwrap();
    assert_eq!(effective.warnings(), []);
    assert_eq!(effective.entries().len(), uncommented.lines().count());
    assert_eq!(settings.http.frontend_url, "https://127.0.0.1:5174");
}

#[test]
fn awkward_defaults_are_quoted_in_the_example() {
    const AWKWARD: &str = "it's $HOME # and \\ more";
    let text = |reader: &mut Reader| -> String {
        reader
            .var("AWKWARD", "An awkward text")
            .default(AWKWARD.to_owned())
    };
    let mut reader = Reader::new(Source::from_pairs(NOTHING));
    text(&mut reader);
    let example = reader.finish().unwrap().example();
    let line = example
        .lines()
        .find(|line| line.starts_with("#AWKWARD="))
        .unwrap();
    let dotenv = line.trim_start_matches('#');
    let mut reader = Reader::new(Source::from_pairs(NOTHING).with_dotenv(dotenv));
    assert_eq!(text(&mut reader), AWKWARD, "{line}");
    assert_eq!(
        reader.finish().unwrap().entries()[1].origin,
        Origin::DotEnv { line: 1 }
    );
}

#[test]
fn a_family_of_variables_is_told_as_its_pattern_whatever_is_set() {
    let example = |source: Source| {
        let mut reader = Reader::new(source);
        reader.section("Providers");
        reader.pattern("OAUTH_<PROVIDER>_TITLE", "What it is called");
        for name in reader.names("OAUTH_") {
            let _: Option<String> = reader.var(name, "What it is called").optional();
        }
        reader.finish().unwrap().example()
    };
    let without = example(Source::from_pairs(NOTHING));
    let block = "\n# ---- Providers ----\n\n# What it is called.\n# OAUTH_<PROVIDER>_TITLE=\n";
    assert!(without.contains(block), "{without}");
    let set = [("OAUTH_GITHUB_TITLE", "GitHub")];
    assert_eq!(example(Source::from_pairs(set)), without);
}
