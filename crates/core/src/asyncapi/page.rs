//! The page: every event with its fields, who publishes it and who reads it. Plain HTML: what
//! AsyncAPI's own component would load is three megabytes of script that makes code from text,
//! which the page's policy forbids.

use std::fmt::{self, Write};

use super::{
    catalog::{Catalog, Message},
    document::DESCRIPTION,
    fields, headers,
};
use crate::openapi::Info;

pub(super) fn render(info: &Info, catalog: &Catalog<'_>) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut page, info, catalog);
    page
}

fn write_page(page: &mut String, info: &Info, catalog: &Catalog<'_>) -> fmt::Result {
    let title = Text(&info.title);
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: events</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/asyncapi/assets/page.css\">\n</head>\n<body>\n\
         <header>\n<h1>{title}: events</h1>\n<p>Version {} · \
         <a href=\"/asyncapi.json\">AsyncAPI document</a> · <a href=\"/docs\">HTTP API</a></p>\n\
         </header>\n",
        Text(&info.version),
    )?;
    write_contents(page, catalog)?;
    page.push_str("<main>\n");
    for paragraph in DESCRIPTION.split("\n\n") {
        writeln!(page, "<p>{}</p>", Prose(paragraph))?;
    }
    for (entity, channel) in &catalog.0 {
        writeln!(
            page,
            "<section>\n<h2 id=\"{0}\">{0}</h2>\n<p>Topic: <code>KAFKA_TOPIC_PREFIX</code> followed \
             by <code>{0}</code></p>",
            Text(entity)
        )?;
        for message in channel.values() {
            write_message(page, message)?;
        }
        page.push_str("</section>\n");
    }
    write_headers(page)?;
    page.push_str("</main>\n</body>\n</html>\n");
    Ok(())
}

fn write_contents(page: &mut String, catalog: &Catalog<'_>) -> fmt::Result {
    page.push_str("<nav aria-label=\"Events\">\n<ul>\n");
    for message in catalog.0.values().flat_map(|channel| channel.values()) {
        writeln!(
            page,
            "<li><a href=\"#{0}\">{0}</a></li>",
            Text(&message.id())
        )?;
    }
    page.push_str("<li><a href=\"#headers\">Headers</a></li>\n</ul>\n</nav>\n");
    Ok(())
}

fn write_message(page: &mut String, message: &Message<'_>) -> fmt::Result {
    let event = message.event;
    writeln!(
        page,
        "<article>\n<h3 id=\"{}\">{} <small>version {}</small></h3>\n<p>{}</p>\n<dl>",
        Text(&message.id()),
        Text(event.name),
        event.version,
        Prose(event.about),
    )?;
    write_names(page, "Published by", message.publishers.iter().copied())?;
    write_names(
        page,
        "Read by",
        message.readers.iter().map(|(_, handler)| *handler),
    )?;
    if let Some(key) = &event.key {
        write_names(page, "Key", std::iter::once(key.as_str()))?;
    }
    page.push_str("</dl>\n");
    write_table_head(page, "Field")?;
    for field in fields::of(&event.schema) {
        write_row(
            page,
            &field.path,
            &field.kind,
            field.is_required,
            field.about,
        )?;
    }
    page.push_str("</tbody></table>\n");
    if let Some(example) = &event.example {
        let text = format!("{example:#}");
        writeln!(page, "<pre><code>{}</code></pre>", Text(&text))?;
    }
    page.push_str("</article>\n");
    Ok(())
}

fn write_names<'a>(
    page: &mut String,
    term: &str,
    names: impl Iterator<Item = &'a str>,
) -> fmt::Result {
    let names: Vec<String> = names
        .map(|name| format!("<code>{}</code>", Text(name)))
        .collect();
    let names = match names.as_slice() {
        [] => "nobody".to_owned(),
        names => names.join(", "),
    };
    writeln!(page, "<div><dt>{term}</dt><dd>{names}</dd></div>")
}

fn write_headers(page: &mut String) -> fmt::Result {
    page.push_str(
        "<section>\n<h2 id=\"headers\">Headers</h2>\n<p>What every message carries in Kafka.</p>\n",
    );
    write_table_head(page, "Header")?;
    for (name, schema, is_required) in headers::all() {
        let about = schema["description"].as_str().unwrap_or_default();
        write_row(page, name, &fields::kind(&schema), is_required, about)?;
    }
    page.push_str("</tbody></table>\n</section>\n");
    Ok(())
}

fn write_table_head(page: &mut String, first: &str) -> fmt::Result {
    writeln!(
        page,
        "<table>\n<thead><tr><th scope=\"col\">{first}</th><th scope=\"col\">Type</th>\
         <th scope=\"col\">Always</th><th scope=\"col\">What it is</th></tr></thead>\n<tbody>"
    )
}

fn write_row(
    page: &mut String,
    name: &str,
    kind: &str,
    is_required: bool,
    about: &str,
) -> fmt::Result {
    writeln!(
        page,
        "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
        Text(name),
        Text(kind),
        if is_required { "yes" } else { "no" },
        Prose(about),
    )
}

/// Text that is no markup.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Text whose words between backticks are code.
struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.0.split('`').enumerate() {
            match place % 2 {
                0 => Text(part).fmt(f)?,
                _ => write!(f, "<code>{}</code>", Text(part))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        let text = Text("<b a=\"1\">&").to_string();
        assert_eq!(text, "&lt;b a=&quot;1&quot;&gt;&amp;");
    }

    #[test]
    fn prose_shows_code() {
        assert_eq!(Prose("a `<b>` c").to_string(), "a <code>&lt;b&gt;</code> c");
    }
}
