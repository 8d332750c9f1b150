//! How the generated requests are sent: without a header that the service does not know, and with answers read by
//! `crate::call::read`, which spares two copies of their headers.

use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, File, Stmt, parse_quote};

pub(crate) fn rework(client: &mut File) -> Result<(), String> {
    let mut sending = Sending::default();
    sending.visit_file_mut(client);
    match sending {
        Sending { answers: 0, .. } => Err("progenitor reads answers in another way than it did".to_owned()),
        Sending { versions: 0, .. } => Err("progenitor sends its version in another way than it did".to_owned()),
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Sending {
    answers: usize,
    versions: usize,
}

impl VisitMut for Sending {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let statements = block.stmts.len();
        block
            .stmts
            .retain(|statement| !(matches!(statement, Stmt::Expr(..)) && text(statement).contains("\"api-version\"")));
        if block.stmts.len() < statements {
            self.versions += 1;
            if !block.stmts.iter().any(|statement| text(statement).contains("header_map . append")) {
                block.stmts.retain(|statement| !text(statement).starts_with("let mut header_map"));
                block.stmts.iter_mut().for_each(|statement| WithoutHeaders.visit_stmt_mut(statement));
            }
        }
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if text(expression) == quote!(ResponseValue::from_response(response).await).to_string() {
            *expression = parse_quote!(crate::call::read(response, client).await);
            self.answers += 1;
        }
        visit_mut::visit_expr_mut(self, expression);
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
