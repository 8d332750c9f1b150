//! Markup in which a user's words cannot become tags.

/// Markup made of our own templates and of escaped text, and of nothing else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Takes markup written in the source.
    pub(crate) fn literal(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Escapes text, for an element or a quoted attribute.
    pub(crate) fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                c => html.push(c),
            }
        }
        Self(html)
    }

    /// Puts the values where the template says `{{name}}`; values are not searched for names again.
    pub(crate) fn fill(template: &'static str, values: &[(&str, Self)]) -> Self {
        let mut html = String::with_capacity(template.len());
        let mut pieces = template.split("{{");
        html.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let filled = piece.split_once("}}").and_then(|(name, rest)| {
                let (_, Self(value)) = values.iter().find(|(key, _)| *key == name)?;
                Some((value, rest))
            });
            match filled {
                Some((value, rest)) => html.extend([value.as_str(), rest]),
                None => html.extend(["{{", piece]),
            }
        }
        Self(html)
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl FromIterator<Self> for Html {
    fn from_iter<T: IntoIterator<Item = Self>>(parts: T) -> Self {
        Self(parts.into_iter().map(Self::into_string).collect())
    }
}
