//! The public API, written down: a change of it is seen, and so is every type of another crate in it.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, ImplItem, Item, UseTree, Visibility};

const LISTING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/public_api.txt");

/// The crates whose items a user sees through this one, and where they are. What an OpenAPI document needs is not among them.
const CRATES: [(&str, &str); 4] = [
    ("claims_client", ""),
    ("claims_api_types", "../api-types"),
    ("private_api_client", "../private-api/client"),
    ("private_api_contract", "../private-api/contract"),
];

/// Crates of others whose types may be in signatures; a breaking release of one is a breaking release of this crate.
const FOREIGN: [&str; 9] =
    ["aws_credential_types", "futures_core", "http", "jiff", "reqwest", "serde", "serde_json", "tracing", "uuid"];

#[derive(Default)]
struct Api {
    lines: BTreeSet<String>,
    /// What each file's imports call the things of other crates.
    imports: Vec<(String, String)>,
    foreign: BTreeSet<String>,
    /// The crates that this one depends on, as code writes them.
    dependencies: BTreeSet<String>,
    /// The names of public types.
    types: BTreeSet<String>,
}

fn text(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let tight =
        [(" :: ", "::"), (" ,", ","), (" (", "("), ("( ", "("), (" )", ")"), (" < ", "<"), ("< ", "<"), (" >", ">")];
    let tight = tight.iter().fold(text, |text, (loose, tight)| text.replace(loose, tight));
    tight.replace("& ", "&").replace(" ;", ";").replace(" : ", ": ")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// `cfg` and `derive` and `non_exhaustive` are API; doc comments and lints are not.
fn attributes(attributes: &[Attribute]) -> String {
    let kept = attributes.iter().filter(|a| ["cfg", "derive", "non_exhaustive"].iter().any(|n| a.path().is_ident(n)));
    kept.map(|a| format!("{} ", text(a).replace("# [", "#["))).collect()
}

/// Without doc comments.
fn undocumented(tokens: TokenStream) -> TokenStream {
    let mut hash = false;
    let kept = tokens.into_iter().filter_map(|token| {
        let documents = hash && matches!(&token, TokenTree::Group(g) if g.delimiter() == Delimiter::Bracket);
        hash = matches!(&token, TokenTree::Punct(p) if p.as_char() == '#');
        match token {
            _ if hash || documents => None,
            TokenTree::Group(g) => Some(Group::new(g.delimiter(), undocumented(g.stream())).into()),
            other => Some(other),
        }
    });
    kept.collect()
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| text(a).contains("cfg(test)"))
}

fn imports(tree: &UseTree, path: &str, found: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(p) if path.is_empty() => imports(&p.tree, &p.ident.to_string(), found),
        UseTree::Path(p) => imports(&p.tree, &format!("{path}::{}", p.ident), found),
        UseTree::Name(n) => found.push((n.ident.to_string(), format!("{path}::{}", n.ident))),
        UseTree::Rename(r) => found.push((r.rename.to_string(), format!("{path}::{}", r.ident))),
        UseTree::Group(g) => g.items.iter().for_each(|tree| imports(tree, path, found)),
        UseTree::Glob(_) => {}
    }
}

impl Api {
    fn add(&mut self, line: String) {
        self.lines.insert(line.split_whitespace().collect::<Vec<_>>().join(" "));
        // Attributes and the variants of enums are no types (none here has fields of another crate's).
        let line = line.rsplit("] ").next().unwrap_or_default().split("pub enum").next().unwrap_or_default().to_owned();
        let words = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
        for word in line.split(words).map(|w| w.trim_matches(':')).filter(|w| !w.is_empty()) {
            let (first, rest) = word.split_once("::").unwrap_or((word, ""));
            let full = match self.imports.iter().find(|(name, _)| name == first) {
                Some((_, path)) if rest.is_empty() => path.clone(),
                Some((_, path)) => format!("{path}::{rest}"),
                None => word.to_owned(),
            };
            let krate = full.split("::").next().unwrap();
            let named = full.contains("::") || line.contains("pub use");
            if named && self.dependencies.contains(krate) {
                self.foreign.insert(full);
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(s) if is_public(&s.vis) => {
                let mut shown = s.clone();
                shown.attrs.clear();
                for field in &mut shown.fields {
                    field.attrs.clear();
                }
                let public: Vec<_> = shown.fields.iter().filter(|f| is_public(&f.vis)).map(text).collect();
                self.types.insert(s.ident.to_string());
                let name = format!("pub struct {}{}", s.ident, text(&s.generics));
                self.add(format!("{}{name} {{ {} }}", attributes(&s.attrs), public.join(", ")));
            }
            Item::Enum(e) if is_public(&e.vis) => {
                self.types.insert(e.ident.to_string());
                let variants: Vec<_> = e.variants.iter().map(|v| format!("{}{}", v.ident, text(&v.fields))).collect();
                self.add(format!("{}pub enum {} {{ {} }}", attributes(&e.attrs), e.ident, variants.join(", ")));
            }
            Item::Trait(t) if is_public(&t.vis) => {
                self.add(format!("pub trait {}: {}", t.ident, text(&t.supertraits)));
                for item in &t.items {
                    match item {
                        syn::TraitItem::Fn(f) => {
                            let default = if f.default.is_some() { " (provided)" } else { "" };
                            self.add(format!("{}: {}{default}", t.ident, text(&f.sig)));
                        }
                        syn::TraitItem::Const(c) => {
                            self.add(format!("{}: const {}: {}", t.ident, c.ident, text(&c.ty)));
                        }
                        syn::TraitItem::Type(a) => {
                            self.add(format!("{}: type {}: {}", t.ident, a.ident, text(&a.bounds)));
                        }
                        _ => {}
                    }
                }
            }
            Item::Type(t) if is_public(&t.vis) => {
                self.add(format!("pub type {}{} = {}", t.ident, text(&t.generics), text(&t.ty)));
            }
            Item::Use(u) if is_public(&u.vis) => self.add(format!("{}pub use {}", attributes(&u.attrs), text(&u.tree))),
            Item::Mod(m) if is_public(&m.vis) => self.add(format!("pub mod {}", m.ident)),
            Item::Impl(i) => {
                let of = text(&i.self_ty);
                // Traits of private types are nobody's business.
                let public = self.types.contains(of.split([' ', '<']).next().unwrap());
                if let Some((_, path, _)) = i.trait_.as_ref().filter(|_| public) {
                    let bounds = i.generics.where_clause.as_ref().map(text).unwrap_or_default();
                    self.add(format!("impl{} {} for {of} {bounds}", text(&i.generics), text(path)));
                }
                for item in &i.items {
                    match item {
                        ImplItem::Fn(f) if is_public(&f.vis) => {
                            self.add(format!("{of}: {}{}", attributes(&f.attrs), text(&f.sig)));
                        }
                        ImplItem::Const(c) if is_public(&c.vis) => self.add(format!("{of}: const {}", c.ident)),
                        _ => {}
                    }
                }
            }
            Item::Const(c) if is_public(&c.vis) => self.add(format!("pub const {}: {}", c.ident, text(&c.ty))),
            Item::Fn(f) if is_public(&f.vis) => self.add(format!("pub {}", text(&f.sig))),
            // What a macro makes is listed once, and each use of it by name.
            Item::Macro(m) if m.ident.is_some() => {
                let body = text(&m.mac.tokens);
                self.add(format!("macro_rules! {}", text(&m.ident)));
                for function in body.split("pub fn ").skip(1) {
                    let signature = function.split(" {").next().unwrap_or_default();
                    self.add(format!("{}!: fn {signature}", text(&m.ident)));
                }
            }
            Item::Macro(m) if ["open_enum", "operations"].iter().any(|name| m.mac.path.is_ident(name)) => {
                self.add(format!("{}!({})", text(&m.mac.path), text(undocumented(m.mac.tokens.clone()))));
            }
            Item::Macro(m) if text(&m.mac.path).ends_with("_newtype") => {
                let tokens = text(undocumented(m.mac.tokens.clone()));
                self.add(format!("{}!({})", text(&m.mac.path), tokens.split(',').next().unwrap()));
            }
            _ => {}
        }
    }

    fn file(&mut self, path: &Path) {
        let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
        self.imports.clear();
        for item in &file.items {
            if let Item::Use(u) = item {
                imports(&u.tree, "", &mut self.imports);
            }
        }
        file.items.iter().filter(|item| !matches!(item, Item::Mod(m) if is_test(&m.attrs))).for_each(|i| self.item(i));
    }

    fn folder(&mut self, path: &Path) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if ["openapi", "openapi.rs", "document", "document.rs", "schemas.rs"]
                .iter()
                .any(|name| path.ends_with(name))
            {
                continue;
            }
            if path.is_dir() { self.folder(&path) } else { self.file(&path) }
        }
    }
}

fn dependencies(folder: &Path) -> BTreeSet<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let table = manifest.split("[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = table.lines().filter(|line| line.starts_with(char::is_alphabetic));
    names.map(|line| line.split(['.', ' ']).next().unwrap().replace('-', "_")).collect()
}

/// Everything that says `pub` in `src/` is reachable: what is not says `pub(crate)`.
fn listing(folder: &Path, foreign: &mut BTreeSet<String>) -> String {
    let mut api = Api { dependencies: dependencies(folder), ..Api::default() };
    // The first reading learns which types are public.
    api.folder(&folder.join("src"));
    api.lines.clear();
    api.foreign.clear();
    api.folder(&folder.join("src"));
    let ours = |line: &String| CRATES.iter().any(|(name, _)| line.split("::").next() == Some(name));
    foreign.extend(api.foreign.into_iter().filter(|line| !ours(line)));
    api.lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_public_api_is_the_one_that_is_written_down() {
    let mut foreign = BTreeSet::new();
    let items: Vec<_> = CRATES
        .iter()
        .map(|(name, folder)| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            format!("\n# Items of {name}\n{}", listing(&folder, &mut foreign))
        })
        .collect();
    let others: String = foreign.iter().map(|line| format!("{line}\n")).collect();
    let listing = format!("# Types of others' crates\n{others}{}", items.concat());
    if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
        fs::write(LISTING, &listing).unwrap();
    }
    let written = fs::read_to_string(LISTING).unwrap_or_default();
    let changed: Vec<_> = listing.lines().filter(|line| !written.lines().any(|w| w == *line)).collect();
    let gone: Vec<_> = written.lines().filter(|line| !listing.lines().any(|l| l == *line)).collect();
    assert!(
        listing == written,
        "the public API has changed; if it should, run `UPDATE_PUBLIC_API=1 cargo test -p claims-client --test \
         public_api`, note it in CHANGELOG.md and look at the version\nnew: {changed:#?}\ngone: {gone:#?}"
    );
    for line in &foreign {
        assert!(FOREIGN.contains(&line.split("::").next().unwrap()), "{line} is a new foreign crate in the API");
    }
}
