//! The rules by which something is left out or refused: the fact, what to write instead, and where the fact is from.

/// One rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Its name, which never changes.
    pub id: &'static str,
    /// The fact that it stands for.
    pub fact: &'static str,
    /// What to write instead, or why nothing is lost.
    pub instead: &'static str,
    /// Where the fact is from. A belief says that it is one.
    pub source: &'static str,
}

/// AWS's own list of what an import does not take.
const NOTES: &str = "API Gateway developer guide, important notes for REST APIs (api-gateway-known-issues)";
const SAFE: &str = "The model is looser than the contract, never tighter: the function checks again.";
const SHARED: &str = "OpenAPI specification 3.0.3 and 3.1";
const SCHEMA: &str = "OpenAPI specification 3.0.3, Schema Object; JSON Schema 2020-12";

macro_rules! rules {
    ($($name:ident $id:literal { $fact:expr; $instead:expr; $source:expr })*) => {
        $(pub(crate) static $name: Rule = Rule { id: $id, fact: $fact, instead: $instead, source: $source };)*
        /// Every rule of the lowering and of the conversion to 3.0.3.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    // The document as such.
    NO_RULE "no-rule" {
        "nothing passes unseen, and nobody has said what this word means here";
        "check its spelling and its place; if it is right, take it out of the document that is converted";
        "own promise: a guard counts the nodes that a rule has looked at" }
    MALFORMED "malformed" {
        "this is no valid OpenAPI document"; "write what the specification asks for here"; SHARED }
    VERSION "version" {
        "only documents of 3.0 and 3.1 are read; API Gateway itself imports 2.0 and 3.0 alone";
        "say `openapi: 3.1.0` (or 3.0.3) and use no later words"; "API Gateway developer guide, import of REST APIs" }
    REFERENCE "reference" {
        "a reference names a place in this document"; "name an existing component, and no circle of references"; SHARED }
    EXTERNAL_REFERENCE "external-reference" {
        "the import follows no reference into other files"; "bundle the document into one file first"; NOTES }
    BESIDE_REFERENCE "beside-reference" {
        "3.1 applies the words beside a `$ref`, 3.0 ignores them: they would be lost without a word";
        "write the schema out, or put these words into the schema that is named"; "OpenAPI 3.0.3 and 3.1, Reference Object" }
    IGNORED_BESIDE_REFERENCE "ignored-beside-reference" {
        "the specification ignores whatever stands beside this `$ref`"; "Nothing is lost."; "OpenAPI 3.0.3 and 3.1, Reference Object" }
    INFORMATION "information" {
        "the import keeps title, version and description; contact, licence, terms, links and documents have no effect";
        "Nothing is lost at the gateway; people read the source."; NOTES }
    SERVERS "servers" {
        "the import would read a base path or an endpoint policy out of `servers`";
        "The address is the deployment's."; "API Gateway developer guide, basePath in the import of OpenAPI" }
    VENDOR_WORD "vendor-word" {
        "API Gateway knows no extensions but `x-amazon-apigateway-…`"; "Nothing is lost at the gateway."; "API Gateway developer guide, OpenAPI extensions" }
    UNUSED_COMPONENT "unused-component" {
        "no operation takes this into the made document"; "Nothing is lost: components work only where they are used."; SHARED }
    OUTGOING "outgoing" {
        "a REST API calls nobody: callbacks and webhooks cannot be made to work by the import";
        "describe them in a document of their own, and take them out of the one that is lowered"; "API Gateway developer guide, OpenAPI extensions: none for them" }

    // Paths and operations.
    PATH_SYNTAX "path-segment" {
        "a segment is of A-Z a-z 0-9 . _ - : , and nothing else, or one variable: a path parameter is a whole segment, `{name}`, or `{name+}` at the end";
        "make the variable a segment of its own and the other letters plain; no empty segment, no slash at the end"; NOTES }
    SIBLING_VARIABLES "sibling-variables" {
        "\"A sibling of this resource already has a variable path part\": one place in the tree has one variable, under one name";
        "use the same variable name in every path through this place"; "amazon-archives/aws-apigateway-importer#202; serverless/serverless#859" }
    RESERVED_PATH "reserved-path" {
        "/ping and /sping at the root are the service's health check: behind a custom domain they do not reach the API";
        "It works on the API's own name; another path works everywhere."; NOTES }
    PATH_PARAMETER "path-parameter" {
        "every variable of a path is a required path parameter of each of its operations, and no other is";
        "declare the parameter with `in: path` and `required: true`, under the path's name for it"; "OpenAPI 3.0.3, Path Templating" }
    METHOD "method" {
        "REST APIs have GET, PUT, POST, DELETE, PATCH, HEAD, OPTIONS and ANY"; "use one of these methods"; "API Gateway developer guide, methods of REST APIs" }
    OPERATION_ID_MISSING "operation-id-missing" {
        "the template names each function by the operation's id: without one the method gets neither integration nor authorization";
        "give the operation an `operationId` of its own"; "own template; OpenAPI 3.0.3, Operation Object" }
    OPERATION_ID_TWICE "operation-id-twice" {
        "ids are unique: two operations would call one function"; "give each operation an `operationId` of its own"; "OpenAPI 3.0.3, Operation Object" }
    OPERATION_ID_NAME "operation-id-name" {
        "`${id_invoke_arn}` has to be a variable's name: letters, digits, `_` and `-`, no digit first";
        "rename the operation"; "Terraform language, Identifiers" }
    TEMPLATE_VARIABLE "template-variable" {
        "Terraform fills in `${name}` in this extension";
        "Give templatefile this variable; what the gateway itself should read as `${…}` is written `$${…}`."; "Terraform language, templatefile" }
    OPERATION_WORD "operation-word" {
        "`deprecated`, `externalDocs` and texts of a path have no place at the gateway"; "Nothing is lost at the gateway."; NOTES }
    STATUS "status" {
        "what the import makes of `default` and of ranges such as `4XX` is not known; a proxy integration passes whatever the function answers";
        "Name the status if it matters."; "a belief: no source says it" }
    ANSWER "answer" {
        "a proxy integration passes answers through: of a response the status and the description are kept. A response model would have to be an object without composition or null";
        "Nothing is lost at the gateway."; "API Gateway developer guide, Lambda proxy integrations; stoplightio/spectral#475" }

    // Parameters.
    PARAMETER_NAME "parameter-name" {
        "names of parameters match ^[a-zA-Z0-9:._$-]+$"; "rename it (`filter[status]` → `filterStatus`); a style `deepObject` sends brackets too";
        "api-platform/api-platform#2150; floci-io/floci#3549" }
    PARAMETER_PLACE "parameter-place" {
        "the gateway has parameters in path, query and header; a function gets the `Cookie`, `Accept`, `Content-Type` and `Authorization` headers undeclared";
        "Nothing is lost: the function reads the header."; "API Gateway developer guide, request parameters; OpenAPI 3.0.3, Parameter Object" }
    PARAMETER_TWICE "parameter-twice" {
        "a parameter is known by its name and place"; "declare it once"; "OpenAPI 3.0.3, Operation Object" }
    PARAMETER_WORD "parameter-word" {
        "the import keeps name, in, required, type and description of a parameter and checks presence alone";
        "The function checks the rest."; NOTES }
    PARAMETER_TYPE "parameter-type" {
        "a parameter has one plain type at the gateway, and text has no null"; "It is passed on as text: the function checks it."; NOTES }
    HEADER_REQUIRED "header-required" {
        "the gateway compares header names by case and clients send them in any: a required header would be refused";
        "The function asks for it."; "RFC 9110, section 5.1; hyper sends lower case (own test)" }

    // Bodies.
    NO_MODELS "no-models" {
        "lowered without request models: they matter only to a request validator";
        "The function checks the body."; "API Gateway developer guide, request validation" }
    BODY_TYPE "body-media-type" {
        "a body whose media type has no model is passed on unchecked, and as text unless `x-amazon-apigateway-binary-media-types` lists its type";
        "List binary types in that extension; the function checks the body."; "API Gateway developer guide, request validation; binary media types" }
    BODY_WORD "body-word" {
        "a media type's examples and encodings have no place at the gateway"; "Nothing is lost at the gateway."; NOTES }
    RECURSIVE_MODEL "recursive-model" {
        "a model may not refer to itself, and references are written out";
        "end the circle (`items: {}`), or lower without request models"; "grpc-gateway documentation: the importer takes no circular dependencies" }
    MODEL_SIZE "model-size" {
        "a model is at most 400 kB, and references are written out"; "make the model smaller, or lower without request models"; "API Gateway quotas for REST APIs" }
    MODEL_NAME "model-name" {
        "model names are alphanumeric only"; "The name is made of its letters and digits."; NOTES }

    // Schemas of models.
    COMPOSITION "composition" {
        "models know no oneOf, anyOf or allOf: within one document they are ignored with a warning";
        "write the schema out (or loosen it to `type: object`), or lower without request models"; NOTES }
    ONE_TYPE "one-type" {
        "a model's field has one type, and null is none"; "use one type, or leave the type out"; "OpenAPI 3.0.3, Schema Object" }
    NULL "null" {
        "`nullable` is dropped by the import: with body validation an explicit null is refused that the contract allows";
        "Leave the field out instead of null, or lower without request models."; "hashicorp/terraform-provider-aws#27344" }
    NOTHING_LEFT "nothing-left" {
        "without null there is no value left, and null is refused"; "leave the field out"; "hashicorp/terraform-provider-aws#27344" }
    EXCLUSIVE "exclusive-limit" {
        "models know no exclusive limits: for whole numbers the next one is the limit, for others the limit itself"; SAFE; NOTES }
    NUMBER_FORMAT "number-format" {
        "models do not know the formats of numbers (int32, int64, float, double, decimal)"; "They are hints to generators."; NOTES }
    NOT_IN_MODELS "not-in-models" {
        "models do not support it"; SAFE; NOTES }
    READ_ONLY "read-only" {
        "`readOnly` is not supported, and a required field that is read-only is required in answers alone"; SAFE; "OpenAPI 3.0.3, Schema Object" }
    DRAFT_04 "draft-04" {
        "models are JSON Schema draft-04, which does not have this word"; SAFE; NOTES }
    FALSE_SCHEMA "false-schema" {
        "draft-04 has no schema that refuses everything"; "leave the field out and set `additionalProperties: false`"; "JSON Schema draft-04" }

    // Security.
    SECURITY "security" {
        "the import ignores security at the root, and an operation's names an authorizer or nothing: with a scheme that it does not know the method would be open to all";
        "say what does the checking: `AWS_IAM`, `NONE` (the function checks) or an authorizer, by option or by an `x-amazon-apigateway-authorizer` in the scheme";
        "amazon-archives/aws-apigateway-importer#204; stoplightio/spectral#475" }
    SECURITY_CHOICE "security-choice" {
        "a method has one authorization (and an API key beside it), no alternatives and no two authorizers";
        "leave one alternative, or map the other schemes to `NONE` and let the function check"; "API Gateway developer guide, control access to a REST API" }
    OPTIONAL_SECURITY "optional-security" {
        "the contract accepts calls without a credential, so the method asks for none";
        "The function checks a credential that comes; a deployment may set another authorization type."; SHARED }
    FUNCTION_CHECKS "function-checks" {
        "this scheme is mapped to `NONE`: the gateway lets every call through"; "The function checks the credential."; "the options of this run" }
    SCHEME_WORD "scheme-word" {
        "how a caller gets its credential has no place at the gateway"; "Nothing is lost at the gateway: what checks it was said."; NOTES }
    SCHEME_TYPE "scheme-type" {
        "`type` of a security scheme must be apiKey; other kinds are an authorizer's business";
        "write `type: apiKey`, `in: header`, `name: Authorization` beside the authorizer"; NOTES }

    // 3.1 → 3.0.3.
    NOT_IN_3_0 "not-in-3.0" {
        "3.0 does not have this word"; "The 3.0 document says less: it accepts what the source accepts, and more."; SCHEMA }
    WORDS_NOT_IN_3_0 "words-not-in-3.0" {
        "3.0 does not have this word, and it changes nothing on the wire"; "Nothing is lost but words."; SHARED }
    ONE_OF_LOOSENED "one-of-loosened" {
        "a branch lost a constraint, and two branches might now match at once"; "`oneOf` became `anyOf`, which accepts both."; SCHEMA }
    NOT_LOOSENED "not-dropped" {
        "what is negated lost a constraint, and would refuse more than the source"; "`not` is left out."; SCHEMA }
    NO_FORM_IN_3_0 "no-form-in-3.0" {
        "3.0 has no way to say this, and without it the document would be wrong"; "say it in words of 3.0, or take it out of the document that is converted"; SCHEMA }
    SAYS_MORE "says-more" {
        "3.0 asks for this and 3.1 does not"; "The least that is valid is put in."; SHARED }
}
