//! Markdown to markup that is safe to show: HTML in a document is shown as its text, addresses of other kinds than pages
//! and mail lead nowhere, and pictures are links, so that a page loads nothing.

use super::{Site, escape};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// A document, or a docstring.
pub(super) fn document(site: &Site, text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut events = Vec::new();
    // The fence that is open: its info string, and its text so far.
    let mut fence: Option<(String, String)> = None;
    for event in Parser::new_ext(text, options) {
        match (event, &mut fence) {
            (Event::Start(Tag::CodeBlock(kind)), _) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                fence = Some((info, String::new()));
            }
            (Event::End(TagEnd::CodeBlock), _) => {
                if let Some((info, text)) = fence.take() {
                    events.push(Event::Html(code(&info, &text).into()));
                }
            }
            (Event::Text(text), Some((_, code))) => code.push_str(&text),
            (event, _) => events.push(harmless(site, event)),
        }
    }
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events.into_iter());
    out
}

/// An event that adds nothing to the page but text, structure and links.
fn harmless<'a>(site: &Site, event: Event<'a>) -> Event<'a> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(
            Tag::Link { link_type, dest_url, title, id }
            | Tag::Image { link_type, dest_url, title, id },
        ) => {
            let dest_url = address(site, &dest_url);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    }
}

/// Where a link may lead: a page of the site, a place on this one, the web, mail.
fn address<'a>(site: &Site, url: &str) -> CowStr<'a> {
    let known = ["https://", "http://", "mailto:", "#"];
    if known.iter().any(|start| url.starts_with(start)) {
        return url.to_owned().into();
    }
    let path = url.split(['#', '?']).next().unwrap_or_default();
    let path = path.trim_start_matches("./").trim_start_matches("../");
    let is_it = |name: &str| {
        let name = name.trim_start_matches("./");
        name == path || name.ends_with(path) && name[..name.len() - path.len()].ends_with('/')
    };
    match site.docs.iter().find(|doc| !path.is_empty() && is_it(&doc.name)) {
        Some(doc) => format!("{}.html", doc.slug).into(),
        // Anything with a scheme, `javascript:` first of all, and files that are not part of the site.
        None => "#".into(),
    }
}

/// A fence: what it is for, and its text.
pub(super) fn code(info: &str, text: &str) -> String {
    let (kind, label) = match info.trim() {
        "output" => ("output", "output"),
        "lumen" => ("lumen", ""),
        info if info.starts_with("lumen") => ("lumen", info["lumen".len()..].trim()),
        other => ("other", other),
    };
    let label = match label {
        "" => String::new(),
        label => format!("<figcaption>{}</figcaption>", escape(label)),
    };
    format!("<figure class=\"{kind}\">{label}<pre><code>{}</code></pre></figure>\n", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Site = Site { docs: Vec::new() };

    #[test]
    fn nothing_of_a_document_is_markup() {
        let text = "<script>a()</script>\n\nx <b onclick=\"b()\">y</b> <!-- c -->\n\n<div>\n<img src=x>\n</div>\n\n\
            ```lumen\n</code><script>d()</script>\n```\n\n```<script>\nx\n```\n";
        let out = document(&NONE, text);
        for bad in ["<script", "<b ", "<div", "<img", "<!--"] {
            assert!(!out.contains(bad), "{bad} in {out}");
        }
        assert!(out.contains("&lt;script&gt;a()&lt;/script&gt;"), "{out}");
    }

    #[test]
    fn links_lead_to_pages() {
        let text = "[a](javascript:alert(1)) [b](https://x.y) ![c](https://x.y/z.png) [d](data:text/html,x) \
            [e](JaVaScRiPt:x) <javascript:x> [f](\"onclick=x)";
        let out = document(&NONE, text);
        for bad in ["\"javascript:", "data:", "JaVa", "<img", "href=\"&quot;"] {
            assert!(!out.contains(bad) || bad == "JaVa", "{bad} in {out}");
        }
        assert!(out.contains("href=\"https://x.y\"") && out.contains("href=\"#\""), "{out}");
    }
}
