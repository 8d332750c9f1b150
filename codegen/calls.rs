//! Reworks progenitor's calls: no header that the service does not know, no constructors that hand out a client without
//! credentials, and `request()` on each call, which builds the request without sending it.

use crate::codegen::facts::Operation;
use crate::codegen::ident::pascal_case;
use quote::ToTokens;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, FieldValue, File, ImplItem, ImplItemFn, Item, ItemStruct, Lit, LitStr, Local, Member, Pat, Stmt,
    parse_quote,
};

pub(crate) fn rework(file: &mut File, all: &[Operation]) -> Result<(), String> {
    let operations = all.len();
    let hidden: Vec<_> = all.iter().filter(|op| op.is_browser_only).map(|op| op.id.as_str()).collect();
    // The models are not made in this run, and the prelude re-exports what the crate does.
    file.items
        .retain(|item| !matches!(item, Item::Mod(module) if ["prelude", "types"].iter().any(|n| module.ident == n)));
    let mut versions = Versions::default();
    versions.visit_file_mut(file);
    expect("sends its version in", versions.0, operations)?;

    let mut parted = 0;
    for item in &mut file.items {
        match item {
            Item::Impl(block) if block.trait_.is_none() => narrow(&mut block.items, &hidden),
            Item::Mod(module) if module.ident == "builder" => {
                for item in module.content.iter_mut().flat_map(|(_, items)| items) {
                    match item {
                        Item::Impl(block) => {
                            parted += part(&mut block.items)?;
                            let builder = text(&block.self_ty);
                            if hidden.iter().any(|id| builder.starts_with(&format!("{} <", pascal_case(id)))) {
                                block.attrs.push(parse_quote!(#[allow(dead_code)]));
                            }
                        }
                        Item::Struct(builder) => hide(builder, &hidden),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    expect("builds requests in", parted, operations)
}

/// progenitor's code is matched as text: a release that writes it differently must not pass unnoticed.
fn expect(what: &str, found: usize, operations: usize) -> Result<(), String> {
    if found == operations {
        return Ok(());
    }
    Err(format!(
        "progenitor {what} {found} of {operations} operations as expected: adapt codegen/calls.rs to its release"
    ))
}

/// The generated constructors: one panics when TLS cannot be set up, both would hand out a client without credentials. What
/// is an address for the browser is no call.
fn narrow(items: &mut Vec<ImplItem>, hidden: &[&str]) {
    items.retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"));
    for item in items {
        if let ImplItem::Fn(function) = item
            && (function.sig.ident == "new_with_client" || hidden.iter().any(|name| function.sig.ident == name))
        {
            function.vis = parse_quote!(pub(crate));
            function.attrs.push(parse_quote!(#[allow(dead_code)]));
        }
    }
}

/// Makes the builder of what is no call private, too.
fn hide(builder: &mut ItemStruct, hidden: &[&str]) {
    if hidden.iter().any(|id| builder.ident == pascal_case(id)) {
        builder.vis = parse_quote!(pub(crate));
        builder.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    }
}

/// Parts `send` into `request`, which builds the request, and the sending of it, which is the same for all.
fn part(items: &mut Vec<ImplItem>) -> Result<usize, String> {
    let Some(send) = items.iter_mut().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "send" => Some(function),
        _ => None,
    }) else {
        return Ok(0);
    };
    let built = send.block.stmts.iter().position(|statement| match statement {
        Stmt::Local(Local { pat: Pat::Ident(name), .. }) => name.ident == "request",
        _ => false,
    });
    let built = built.ok_or("progenitor's `send` has no `request`")?;

    let syn::ReturnType::Type(_, output) = &send.sig.output else {
        return Err("progenitor's `send` returns nothing".to_owned());
    };
    let error = error_of(output).ok_or("progenitor's `send` returns no result")?.clone();
    // `raw.rs` has what is the same for all.
    let is_empty = text(output).contains("ResponseValue < () >");
    let read: syn::Ident = if is_empty { parse_quote!(send_for_nothing) } else { parse_quote!(send) };
    let id = operation_id(&send.block).ok_or("progenitor's `send` names no operation")?;
    let mut request: ImplItemFn = parse_quote! {
        /// Builds the request without sending it.
        pub(crate) fn request(self) -> Result<::reqwest::Request, #error> {}
    };
    request.block.stmts = send.block.stmts.drain(..=built).collect();
    for statement in &mut request.block.stmts {
        if let Stmt::Local(Local { pat: Pat::Ident(name), attrs, .. }) = statement
            && name.ident == "request"
        {
            name.mutability = None;
            attrs.clear();
        }
    }
    request.block.stmts.push(Stmt::Expr(parse_quote!(Ok(request)), None));
    send.block = parse_quote!({
        let client = self.client;
        let request = self.request()?;
        crate::raw::#read(client, request, #id).await
    });
    items.push(ImplItem::Fn(request));
    // Compiled where they are used: there are many, and a program calls few.
    for item in items {
        if let ImplItem::Fn(function) = item {
            function.attrs.push(parse_quote!(#[inline]));
        }
    }
    Ok(1)
}

/// What progenitor calls the operation at run time.
fn operation_id(block: &Block) -> Option<LitStr> {
    struct Ids(Option<LitStr>);
    impl<'ast> Visit<'ast> for Ids {
        fn visit_field_value(&mut self, field: &'ast FieldValue) {
            if let (Member::Named(name), Expr::Lit(literal)) = (&field.member, &field.expr)
                && name == "operation_id"
                && let Lit::Str(id) = &literal.lit
            {
                self.0 = Some(id.clone());
            }
        }
    }
    let mut ids = Ids(None);
    ids.visit_block(block);
    ids.0
}

/// The error of `Result<T, E>`.
fn error_of(output: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = output else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    match arguments.args.last()? {
        syn::GenericArgument::Type(error) => Some(error),
        _ => None,
    }
}

/// Takes away the header with the contract's version, and counts how often.
#[derive(Default)]
struct Versions(usize);

impl VisitMut for Versions {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let statements = block.stmts.len();
        block
            .stmts
            .retain(|statement| !(matches!(statement, Stmt::Expr(..)) && text(statement).contains("\"api-version\"")));
        if block.stmts.len() < statements {
            self.0 += 1;
            if !block.stmts.iter().any(|statement| text(statement).contains("header_map . append")) {
                block.stmts.retain(|statement| !text(statement).starts_with("let mut header_map"));
                block.stmts.iter_mut().for_each(|statement| WithoutHeaders.visit_stmt_mut(statement));
            }
        }
        visit_mut::visit_block_mut(self, block);
    }
}

/// Takes the calls of `.headers(header_map)` away.
struct WithoutHeaders;

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expression);
    }
}

fn text(part: &impl ToTokens) -> String {
    part.to_token_stream().to_string()
}
