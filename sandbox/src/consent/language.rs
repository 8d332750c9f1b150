//! The languages of the page, and how one is chosen.

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Spanish,
    French,
    German,
    Italian,
    /// The default variant of Portuguese
    PortugueseOfPortugal,
    PortugueseOfBrazil,
    Arabic,
}

impl Language {
    /// Listed so that the default variant of a language comes before its others.
    const ALL: [Self; 8] = [
        Self::English,
        Self::Spanish,
        Self::French,
        Self::German,
        Self::Italian,
        Self::PortugueseOfPortugal,
        Self::PortugueseOfBrazil,
        Self::Arabic,
    ];

    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::PortugueseOfPortugal => "pt-PT",
            Self::PortugueseOfBrazil => "pt-BR",
            Self::Arabic => "ar",
        }
    }

    /// Gives the direction of writing, as the `dir` attribute names it.
    pub(super) const fn direction(self) -> &'static str {
        if matches!(self, Self::Arabic) { "rtl" } else { "ltr" }
    }

    /// Takes the language asked for, or else the one that the browser likes best; English when neither is spoken.
    pub(super) fn choose(asked: Option<&str>, accepted: Option<&str>) -> Self {
        match asked {
            Some(tag) => Self::matching(tag),
            None => accepted.and_then(preferred),
        }
        .unwrap_or(Self::English)
    }

    /// Finds the language of a tag: that very one, or its bare language, or the default variant of that.
    fn matching(tag: &str) -> Option<Self> {
        let tag = tag.trim().replace('_', "-");
        let bare = tag.split('-').next().unwrap_or_default();
        let find = |wanted: &str| Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(wanted));
        let variant =
            |language: &Self| language.tag().split_once('-').is_some_and(|(of, _)| of.eq_ignore_ascii_case(bare));
        find(&tag).or_else(|| find(bare)).or_else(|| Self::ALL.into_iter().find(variant))
    }
}

/// Reads an `Accept-Language` header; a range whose weight makes no sense is passed over.
fn preferred(header: &str) -> Option<Language> {
    let mut ranges: Vec<(&str, f32)> = header.split(',').filter_map(weighted).collect();
    // Stable, so that of equal weights the first one wins.
    ranges.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    ranges.into_iter().find_map(|(tag, _)| Language::matching(tag))
}

fn weighted(range: &str) -> Option<(&str, f32)> {
    let (tag, parameter) = range.split_once(';').unwrap_or((range, "q=1"));
    let (name, weight) = parameter.split_once('=')?;
    let weight = weight.trim().parse().ok().filter(|weight| *weight > 0.0 && *weight <= 1.0)?;
    name.trim().eq_ignore_ascii_case("q").then_some((tag, weight))
}
