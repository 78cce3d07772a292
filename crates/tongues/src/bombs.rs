//! Texts that would make a careless parser quadratic, overrun its stack or fill its memory: a mebibyte each, as the vendor's
//! message would hold it.

use serde_json::{Value, json};

/// How long each is, in bytes of text.
const SIZE: usize = 1 << 20;

/// A hostile message.
#[derive(Debug)]
pub struct Bomb {
    /// The platform that it comes from.
    pub platform: &'static str,
    /// What is hostile about it.
    pub name: String,
    /// Its fields.
    pub fields: Value,
}

/// All of them.
pub fn all() -> Vec<Bomb> {
    let mut bombs = Vec::new();
    markup("webex", |text| json!({"html": text}), TAGS, &mut bombs);
    markup("webex", |text| json!({"markdown": text}), MARKDOWN, &mut bombs);
    markup("webex", |text| json!({"text": text}), PLAIN, &mut bombs);
    markup("teams", |text| json!({"body": {"contentType": "html", "content": text}}), TAGS, &mut bombs);
    markup("teams", |text| json!({"body": {"contentType": "text", "content": text}}), PLAIN, &mut bombs);
    markup("slack", |text| json!({"text": text}), MRKDWN, &mut bombs);
    let section = |kind: &str, text: String| json!({"blocks": [{"type": "section", "text": {"type": kind, "text": text}}]});
    markup("slack", |text| section("mrkdwn", text), MRKDWN, &mut bombs);
    markup("slack", |text| section("plain_text", text), PLAIN, &mut bombs);
    markup("slack", |text| json!({"blocks": [{"type": "markdown", "text": text}]}), MARKDOWN, &mut bombs);
    markup("zoom", |text| json!({"message": text}), PLAIN, &mut bombs);
    bombs.extend(mentions());
    bombs.extend(rich());
    bombs.extend(ranges());
    bombs
}

/// Elements that open and never close, close and never open, and hide.
const TAGS: &[&str] = &[
    "<b>",
    "<i><b>",
    "<p><b>",
    "<blockquote>",
    "<ul><li>",
    "<ol><ul>",
    "<li>",
    "<a href='http://x'>",
    "<h1>",
    "<pre>",
    "<code>",
    "<table><tr><td>",
    "<svg>",
    "<at id='0'>",
    "<spark-mention>",
    "<codeblock>",
    "<img alt='x'>",
    "<emoji alt='x'>",
    "</p>",
    "</b></i>",
    "</blockquote>",
    "<",
    "<!--",
    "<!-- -->",
    "&",
    "&amp;",
    "&#",
    "&#x1f600;",
    "<a ",
    "<a b c d e f ",
    "x<br>",
    "<br>",
    "<div>x</div>",
    "a ",
    "\u{301}",
];

/// Marks that open and never close, and every way to begin a block.
const MARKDOWN: &[&str] = &[
    "> ",
    "- ",
    "1. ",
    "*a ",
    "_a ",
    "**a* ",
    "***a** ",
    "[",
    "![",
    "[a](",
    "[a]: <",
    "[a][",
    "`",
    "``a",
    "`a``b",
    "<",
    "<!--",
    "<@",
    "<@a",
    "<@personId:",
    "&",
    "\\",
    "~~a~ ",
    "```\n",
    "\n> ",
    "\n- ",
    "\n    ",
    "#\n",
    "a|b\n-|-\n",
    "x\n",
    "\u{301}",
    "*_",
    "]",
    "](",
    "<b>",
    "<?",
    "<![CDATA[",
    "a**b",
    "__a__b",
];

/// Signs between words and lines.
const MRKDWN: &[&str] = &[
    "*",
    "_",
    "~",
    "`",
    "```",
    "``` ",
    "*a",
    " *a*",
    "*_~",
    "<",
    "<a|",
    "<@",
    "<@U1",
    "<@U1|a>",
    "<!",
    "<!here>",
    "<#C1>",
    "&",
    "&lt;",
    ">",
    "&gt;\n",
    "&gt;&gt;&gt;",
    "\n",
    "a\n",
    ":",
    ":a:",
    ":+1:",
    "a ",
    "•\n",
    "\u{301}",
    "<http://x|y>",
];

/// What there is nothing to read in.
const PLAIN: &[&str] =
    &["a", "a ", "\n", "a\n", " ", "\u{301}", "\u{200b}", "\u{202e}", "\u{1f468}\u{200d}", "\0", "*"];

fn markup(platform: &'static str, fields: impl Fn(String) -> Value, pieces: &[&str], out: &mut Vec<Bomb>) {
    for piece in pieces {
        let fields = fields(repeated(piece));
        let field = fields.as_object().and_then(|fields| fields.keys().next()).cloned().unwrap_or_default();
        out.push(Bomb { platform, name: format!("{piece:?} in {field}"), fields });
    }
}

fn repeated(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

/// Lists of whom a text calls, each of a hundred thousand.
fn mentions() -> Vec<Bomb> {
    let many = 100_000;
    let text = "@Ada ".repeat(many / 5);
    let item = |from: usize, to: usize| json!({"at_type": 1, "at_contact": "ada", "start_position": from, "end_position": to});
    let zoom = |name: &str, items: Vec<Value>| Bomb {
        platform: "zoom",
        name: name.to_owned(),
        fields: json!({"message": text, "at_items": items}),
    };
    let tags: Vec<String> = (0..20_000).map(|id| format!("<at id=\"{id}\">A</at>&nbsp;")).collect();
    let called: Vec<Value> =
        (0..20_000).map(|id| json!({"id": id, "mentioned": {"user": {"id": "a11ce000"}}})).collect();
    let spark = "<spark-mention data-object-type=\"person\" data-object-id=\"x\">A</spark-mention>";
    vec![
        zoom("mentions side by side", (0..many).map(|at| item(at, at + 4)).collect()),
        zoom("mentions all over the text", (0..many).map(|_| item(0, many)).collect()),
        zoom("mentions upside down", (0..many).map(|at| item(many - at, at)).collect()),
        Bomb {
            platform: "teams",
            name: "mentions by the thousand".to_owned(),
            fields: json!({"body": {"contentType": "html", "content": tags.concat()}, "mentions": called}),
        },
        Bomb {
            platform: "webex",
            name: "mentions by the thousand".to_owned(),
            fields: json!({"html": spark.repeat(14_000), "mentionedPeople": vec!["Y2lzY29zcGFyazovL3VzL1BFT1BMRS8x"; 14_000]}),
        },
    ]
}

/// Blocks in blocks, and many of them.
fn rich() -> Vec<Bomb> {
    let text = |text: &str| json!({"type": "text", "text": text});
    let section = |elements: Value| json!({"type": "rich_text_section", "elements": elements});
    let list = |indent: usize| json!({"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": [section(json!([text("a")]))]});
    let bomb = |name: &str, elements: Vec<Value>| Bomb {
        platform: "slack",
        name: name.to_owned(),
        fields: json!({"blocks": [{"type": "rich_text", "elements": elements}]}),
    };
    let nested = (0..100).fold(section(json!([text("a")])), |inner, _| section(json!([inner])));
    let emoji = json!({"type": "emoji", "name": "party"});
    vec![
        bomb("lists of every depth", (0..10_000).map(|at| list(at % 9)).collect()),
        bomb("lists ever deeper", (0..10_000).map(list).collect()),
        bomb("lists that change their kind", (0..10_000).map(|at| list(at % 2 * 4)).collect()),
        bomb("sections in sections", vec![nested; 150]),
        bomb("pieces by the thousand", vec![section(Value::Array(vec![text("a\n\n"); 25_000]))]),
        bomb("emoji by the thousand", vec![section(Value::Array(vec![emoji; 25_000]))]),
        bomb("one long piece", vec![section(json!([text(&"a\n".repeat(SIZE / 2))]))]),
        Bomb {
            platform: "slack",
            name: "attachments by the thousand".to_owned(),
            fields: json!({"attachments": vec![json!({"is_share": true, "text": "a"}); 20_000]}),
        },
    ]
}

/// Formats as ranges, each of ten thousand and more.
fn ranges() -> Vec<Bomb> {
    let many = 20_000;
    let text = "ab cd\n".repeat(many);
    let range = |name: &str, from: usize, to: usize| json!({"format_type": name, "format_attr": "http://x.example", "start_position": from, "end_position": to});
    let zoom = |name: &str, ranges: Vec<Value>| Bomb {
        platform: "zoom",
        name: name.to_owned(),
        fields: json!({"message": text, "rich_text": ranges}),
    };
    let end = text.len();
    vec![
        zoom("ranges side by side", (0..many).map(|at| range("Bold", at * 2, at * 2 + 1)).collect()),
        zoom("ranges one in another", (0..many).map(|at| range("AddLink", at, end - at)).collect()),
        zoom("ranges all over the text", (0..many).map(|_| range("Quote", 0, end)).collect()),
        zoom("lists on every line", (0..many).map(|at| range("BulletedList", at * 6, at * 6 + 1)).collect()),
        zoom("a link that never ends", vec![range("AddLink", 0, end), range("Bold", 0, usize::MAX >> 1)]),
    ]
}
