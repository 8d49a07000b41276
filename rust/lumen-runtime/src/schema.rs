//! JSON Schema of a type: what a provider is told about the reply that a program expects.
//!
//! Type tables → a schema (draft 2020-12) of the JSON that converts into the type. Records and enums stand under `$defs`
//! and are referred to, so that recursive types end.

use lumen_lir::{ClassDesc, ClassId, Module, Seal, TypeDesc, TypeId};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The schema of a type.
pub fn json_schema(module: &Module, ty: TypeId) -> Value {
    let mut schemas = Schemas { module, defs: BTreeMap::new(), open: Vec::new() };
    let mut schema = schemas.ty(ty);
    while let Some(class) = schemas.open.pop() {
        let body = schemas.class(class);
        schemas.defs.insert(class.0, body);
    }
    if schemas.defs.is_empty() {
        return schema;
    }
    let defs: Map<String, Value> =
        schemas.defs.into_iter().map(|(class, body)| (name_of(ClassId(class)), body)).collect();
    schema["$defs"] = Value::Object(defs);
    schema
}

fn name_of(class: ClassId) -> String {
    format!("t{}", class.0)
}

struct Schemas<'m> {
    module: &'m Module,
    /// Classes that are described, or will be.
    defs: BTreeMap<u32, Value>,
    /// Those that will be.
    open: Vec<ClassId>,
}

impl Schemas<'_> {
    fn ty(&mut self, ty: TypeId) -> Value {
        let module = self.module;
        match module.types.get(ty.index()) {
            Some(TypeDesc::Int) => json!({ "type": "integer" }),
            Some(TypeDesc::Float) => json!({ "type": "number" }),
            Some(TypeDesc::Bool) => json!({ "type": "boolean" }),
            Some(TypeDesc::Null | TypeDesc::Never) => json!({ "type": "null" }),
            Some(TypeDesc::String) => json!({ "type": "string" }),
            Some(TypeDesc::Bytes) => json!({ "type": "string", "contentEncoding": "base64" }),
            Some(TypeDesc::Any | TypeDesc::Json) | None => json!({}),
            Some(TypeDesc::Enum(class)) => self.reference(*class),
            Some(TypeDesc::Obj(class)) => self.object(*class),
            Some(TypeDesc::Optional(inner)) => {
                json!({ "anyOf": [self.ty(*inner), { "type": "null" }] })
            }
            Some(TypeDesc::Union(members)) => {
                let members: Vec<Value> = members.iter().map(|ty| self.ty(*ty)).collect();
                json!({ "anyOf": members })
            }
        }
    }

    fn object(&mut self, class: ClassId) -> Value {
        let module = self.module;
        match module.classes.get(class.index()) {
            Some(ClassDesc::List { elem }) => json!({ "type": "array", "items": self.ty(*elem) }),
            Some(ClassDesc::Set { elem }) => {
                json!({ "type": "array", "items": self.ty(*elem), "uniqueItems": true })
            }
            Some(ClassDesc::Map { value, .. }) => {
                json!({ "type": "object", "additionalProperties": self.ty(*value) })
            }
            Some(ClassDesc::Tuple { elems }) => {
                let items: Vec<Value> = elems.iter().map(|ty| self.ty(*ty)).collect();
                json!({ "type": "array", "prefixItems": items, "items": false })
            }
            _ => self.reference(class),
        }
    }

    fn reference(&mut self, class: ClassId) -> Value {
        if let std::collections::btree_map::Entry::Vacant(slot) = self.defs.entry(class.0) {
            slot.insert(Value::Null);
            self.open.push(class);
        }
        json!({ "$ref": format!("#/$defs/{}", name_of(class)) })
    }

    /// The body of a record or enum.
    fn class(&mut self, class: ClassId) -> Value {
        let module = self.module;
        match module.classes.get(class.index()) {
            Some(ClassDesc::Record { fields, seal: Seal::Secret | Seal::Untrusted, .. }) => {
                fields.first().map_or(json!({}), |field| self.ty(field.1))
            }
            Some(ClassDesc::Record { name, fields, .. }) => {
                let fields = fields.iter().map(|(name, ty)| (name.as_str(), *ty));
                self.fields(Some(name), fields.collect())
            }
            Some(ClassDesc::Enum { name, variants }) => {
                let all = variants.iter().enumerate().map(|(at, variant)| {
                    let Some(payload) = self.payload(class, at).filter(|_| variant.payload) else {
                        return json!({ "const": variant.name });
                    };
                    json!({
                        "type": "object",
                        "properties": { variant.name.as_str(): payload },
                        "required": [variant.name],
                    })
                });
                let all: Vec<Value> = all.collect();
                json!({ "title": name, "anyOf": all })
            }
            _ => json!({}),
        }
    }

    fn fields(&mut self, title: Option<&str>, fields: Vec<(&str, TypeId)>) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (name, ty) in fields {
            if !matches!(self.module.types.get(ty.index()), Some(TypeDesc::Optional(_))) {
                required.push(name);
            }
            properties.insert(name.to_owned(), self.ty(ty));
        }
        let mut schema =
            json!({ "type": "object", "properties": properties, "required": required });
        if let Some(title) = title {
            schema["title"] = title.into();
        }
        schema
    }

    /// What stands under the name of a variant with payload.
    fn payload(&mut self, class: ClassId, ordinal: usize) -> Option<Value> {
        let module = self.module;
        let ClassDesc::Variant { fields, .. } = module.classes.get(class.index() + 1 + ordinal)?
        else {
            return None;
        };
        if fields.iter().all(|field| field.0.is_some()) {
            let named = fields.iter().map(|(name, ty)| (name.as_deref().unwrap_or(""), *ty));
            return Some(self.fields(None, named.collect()));
        }
        if let [(_, ty)] = fields.as_slice() {
            return Some(self.ty(*ty));
        }
        let items: Vec<Value> = fields.iter().map(|(_, ty)| self.ty(*ty)).collect();
        Some(json!({ "type": "array", "prefixItems": items, "items": false }))
    }
}
