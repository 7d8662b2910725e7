//! The objects of a document and what stands in them: 3.1 with what 3.0 makes of it.

use crate::rules::{self, Rule};

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Info,
    License,
    Server,
    Components,
    PathItem,
    Operation,
    Parameter,
    Body,
    Contents,
    Content,
    Encoding,
    Response,
    SecurityScheme,
    Schema,
    MapOf(&'static Kind),
    ListOf(&'static Kind),
    /// Anything that is the same in both: examples, links, tags, requirements.
    Same,
}

/// What becomes of a member.
pub(super) enum Step {
    Keep,
    Go(Kind),
    Leave(&'static Rule),
    Refuse,
    Unknown,
}

use Kind::{
    Body, Components, Content, Contents, Encoding, Info, License, ListOf, MapOf, Operation, Parameter, PathItem,
    Response, Root, Same, Schema, SecurityScheme, Server,
};

const PATHS: Kind = MapOf(&PathItem);
const CALLBACKS: Kind = MapOf(&MapOf(&PathItem));
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

impl Kind {
    pub(super) fn may_be_a_reference(self) -> bool {
        matches!(self, Parameter | Body | Response | SecurityScheme | Same)
    }

    pub(super) fn has_extensions_beside(self) -> bool {
        matches!(self, PathItem | Response | MapOf(_))
    }

    pub(super) fn step(self, key: &str) -> Step {
        if key.starts_with("x-") {
            return Step::Keep;
        }
        match (self, key) {
            (Root, "openapi" | "tags" | "externalDocs" | "security") => Step::Keep,
            (Root, "info") => Step::Go(Info),
            (Root, "servers") | (PathItem | Operation, "servers") => Step::Go(ListOf(&Server)),
            (Root, "paths") => Step::Go(PATHS),
            (Root, "components") => Step::Go(Components),
            (Root, "webhooks" | "jsonSchemaDialect") => Step::Leave(&rules::WORDS_NOT_IN_3_0),

            (Info, "title" | "version" | "description" | "termsOfService" | "contact") => Step::Keep,
            (Info, "license") => Step::Go(License),
            (Info, "summary") => Step::Leave(&rules::WORDS_NOT_IN_3_0),
            (License, "name" | "url" | "identifier") => Step::Keep,
            (Server, "url" | "description" | "variables") => Step::Keep,

            (Components, "schemas") => Step::Go(MapOf(&Schema)),
            (Components, "responses") => Step::Go(MapOf(&Response)),
            (Components, "parameters") => Step::Go(MapOf(&Parameter)),
            (Components, "requestBodies") => Step::Go(MapOf(&Body)),
            (Components, "headers") => Step::Go(MapOf(&Parameter)),
            (Components, "securitySchemes") => Step::Go(MapOf(&SecurityScheme)),
            (Components, "examples" | "links") => Step::Go(MapOf(&Same)),
            (Components, "callbacks") => Step::Go(CALLBACKS),
            // Written out where they are used.
            (Components, "pathItems") => Step::Leave(&rules::WORDS_NOT_IN_3_0),

            (PathItem, "summary" | "description") => Step::Keep,
            (PathItem, "parameters") | (Operation, "parameters") => Step::Go(ListOf(&Parameter)),
            (PathItem, method) if METHODS.contains(&method) => Step::Go(Operation),
            (PathItem, "query" | "additionalOperations") => Step::Refuse,

            (
                Operation,
                "tags" | "summary" | "description" | "externalDocs" | "operationId" | "deprecated" | "security",
            ) => Step::Keep,
            (Operation, "requestBody") => Step::Go(Body),
            (Operation, "responses") => Step::Go(MapOf(&Response)),
            (Operation, "callbacks") => Step::Go(CALLBACKS),

            (
                Parameter,
                "name" | "in" | "description" | "required" | "deprecated" | "allowEmptyValue" | "style" | "explode"
                | "allowReserved" | "example",
            ) => Step::Keep,
            (Parameter | Content, "examples") => Step::Go(MapOf(&Same)),
            (Parameter | Content, "schema") => Step::Go(Schema),
            (Parameter | Body | Response, "content") => Step::Go(Contents),

            (Body, "description" | "required") => Step::Keep,
            (Contents, _) => Step::Go(Content),
            (Content, "example") => Step::Keep,
            (Content, "encoding") => Step::Go(MapOf(&Encoding)),
            (Encoding, "contentType" | "style" | "explode" | "allowReserved") => Step::Keep,
            (Encoding, "headers") | (Response, "headers") => Step::Go(MapOf(&Parameter)),
            (Response, "description") => Step::Keep,
            (Response, "links") => Step::Go(MapOf(&Same)),

            (
                SecurityScheme,
                "type" | "description" | "name" | "in" | "scheme" | "bearerFormat" | "flows" | "openIdConnectUrl",
            ) => Step::Keep,
            (Same, _) => Step::Keep,
            _ => Step::Unknown,
        }
    }
}
