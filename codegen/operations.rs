//! The table of operations: what the pipeline must know of a call before it is made.

use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use crate::codegen::facts::{Facts, Scheme};

pub(crate) fn table(facts: &Facts) -> Item {
    let names: Vec<_> = facts.operations.iter().map(|op| format_ident!("{}", op.id.to_uppercase())).collect();
    let constants = facts.operations.iter().zip(&names).map(|(op, name)| {
        let (id, path, on_origin, is_idempotent) = (&op.id, &op.path, op.on_origin, op.is_idempotent);
        let auth = match op.auth {
            Scheme::None => quote!(None),
            Scheme::Basic => quote!(Basic),
            Scheme::Bearer => quote!(Bearer),
        };
        let method = format_ident!("{}", op.method.to_string().to_uppercase());
        let doc = format!(" `{} {}`", op.method, op.path);
        quote! {
            #[doc = #doc]
            pub(crate) const #name: Operation = Operation {
                id: #id,
                method: Method::#method,
                path: #path,
                auth: Scheme::#auth,
                on_origin: #on_origin,
                is_idempotent: #is_idempotent,
            };
        }
    });
    parse_quote! {
        /// What the contract says of each operation.
        #[allow(dead_code)]
        pub(crate) mod operations {
            use http::Method;
            use crate::operation::{Operation, Scheme};
            #(#constants)*
            /// All operations of the contract.
            pub(crate) const ALL: &[&Operation] = &[#(&#names),*];
        }
    }
}
