//! Rich text made of real Markdown ("chat.postMessage": `markdown_text`), which the service converts itself. What has no
//! rich text of its own (headings, tables, images) becomes what comes nearest.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Map, Value, json};

/// The elements of the block.
pub(in crate::slack) fn elements(markdown: &str) -> Vec<Value> {
    let mut writer = Writer::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
        writer.take(event);
    }
    writer.flush("rich_text_section");
    if writer.out.is_empty() {
        writer.out.push(json!({"type": "rich_text_section", "elements": []}));
    }
    writer.out
}

#[derive(Default)]
struct Writer {
    out: Vec<Value>,
    line: Vec<Value>,
    /// How many of each are open: bold, italic, strike.
    open: [usize; 3],
    link: Option<String>,
    quotes: usize,
    code: bool,
    /// Open lists: the number of the next item, if they are numbered.
    lists: Vec<Option<u64>>,
}

const STYLES: [&str; 3] = ["bold", "italic", "strike"];

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Code(text) => self.text(&text, true),
            Event::SoftBreak | Event::HardBreak => self.text("\n", false),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text, false),
            Event::Rule => self.text("───", false),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph if !self.line.is_empty() && self.lists.is_empty() => self.text("\n", false),
            Tag::Heading { .. } => {
                self.block();
                self.open[0] += 1;
            }
            Tag::Strong => self.open[0] += 1,
            Tag::Emphasis => self.open[1] += 1,
            Tag::Strikethrough => self.open[2] += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link = Some(dest_url.to_string());
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.quotes += 1;
            }
            Tag::CodeBlock(_) => {
                self.block();
                self.code = true;
            }
            Tag::List(first) => {
                self.item();
                self.lists.push(*first);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.open[0] = self.open[0].saturating_sub(1);
                self.block();
            }
            TagEnd::Strong => self.open[0] = self.open[0].saturating_sub(1),
            TagEnd::Emphasis => self.open[1] = self.open[1].saturating_sub(1),
            TagEnd::Strikethrough => self.open[2] = self.open[2].saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.link = None,
            TagEnd::BlockQuote(_) => {
                self.block();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                if let Some(Value::String(text)) = self.line.last_mut().and_then(|last| last.get_mut("text"))
                {
                    text.truncate(text.trim_end_matches('\n').len());
                }
                self.code = false;
                self.flush("rich_text_preformatted");
            }
            TagEnd::Item => self.item(),
            TagEnd::List(_) => drop(self.lists.pop()),
            _ => {}
        }
    }

    /// Ends what stands before a block.
    fn block(&mut self) {
        self.flush(if self.quotes > 0 { "rich_text_quote" } else { "rich_text_section" });
    }

    /// Ends a list's item. A sublist is a list of its own that is indented more.
    fn item(&mut self) {
        let Some(number) = self.lists.last_mut() else { return self.block() };
        if self.line.is_empty() {
            return;
        }
        let style = if number.is_some() { "ordered" } else { "bullet" };
        let offset = number.map_or(0, |number| number.saturating_sub(1));
        *number = number.map(|number| number + 1);
        let indent = (self.lists.len() - 1).min(8);
        let item = json!({"type": "rich_text_section", "elements": std::mem::take(&mut self.line)});
        if let Some(last) = self.out.last_mut()
            && last["type"] == "rich_text_list"
            && last["style"] == style
            && last["indent"] == indent
            && let Some(items) = last["elements"].as_array_mut()
        {
            items.push(item);
            return;
        }
        let mut list = json!({"type": "rich_text_list", "style": style, "indent": indent, "border": 0, "elements": [item]});
        if offset > 0 {
            list["offset"] = offset.into();
        }
        self.out.push(list);
    }

    fn flush(&mut self, kind: &str) {
        if !self.line.is_empty() {
            self.out.push(json!({"type": kind, "elements": std::mem::take(&mut self.line)}));
        }
    }

    fn text(&mut self, text: &str, code: bool) {
        let open = STYLES.iter().zip(self.open).filter(|(_, open)| *open > 0 && !self.code);
        let mut style: Map<String, Value> = open.map(|(name, _)| ((*name).to_owned(), true.into())).collect();
        if code {
            style.insert("code".to_owned(), true.into());
        }
        let mut element = match &self.link {
            Some(url) => json!({"type": "link", "url": url, "text": text}),
            None => json!({"type": "text", "text": text}),
        };
        if !style.is_empty() {
            element["style"] = Value::Object(style);
        }
        let same = self.link.is_none()
            && self
                .line
                .last()
                .is_some_and(|last| last["type"] == "text" && last.get("style") == element.get("style"));
        match self.line.last_mut().and_then(|last| last.get_mut("text")) {
            Some(Value::String(before)) if same => before.push_str(text),
            _ => self.line.push(element),
        }
    }
}
