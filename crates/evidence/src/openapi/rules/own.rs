//! Rules that the field's tables do not have.

use super::table;

table! {
    "api-removed-after-sunset", Dangerous, "an operation disappeared after its sunset date: clients that ignored the date fail";
    "document-added", Additive, "a document that describes an interface appeared: present clients work on";
    "document-removed", Unknown, "a document disappeared, and nothing tells whether what it described did too";
    "document-reworded", Docs, "a document says the same in other words, or changed in what is not judged";
    "evidence-invalid", Unknown, "a document lost more than four fifths of its operations: it was rather made badly than meant so";
    "reference-unresolved", Unknown, "a reference that changed leads nowhere, so what stands there cannot be judged";
    "request-body-additional-properties-forbidden", Dangerous, "the request body takes no other properties any more: some requests may be refused";
    "request-body-enum-value-added", Additive, "the request body gained an allowed value: requests that were right still are";
    "request-body-max-items-decreased", Dangerous, "the request body has a lower greatest number of items: some requests may be refused";
    "request-body-max-items-set", Dangerous, "the request body has a greatest number of items now: some requests may be refused";
    "request-body-max-properties-decreased", Dangerous, "the request body has a lower greatest number of properties: some requests may be refused";
    "request-body-max-properties-set", Dangerous, "the request body has a greatest number of properties now: some requests may be refused";
    "request-body-min-properties-increased", Dangerous, "the request body has a higher least number of properties: some requests may be refused";
    "request-body-multiple-of-changed", Dangerous, "numbers in the request body must be multiples of another number: some requests may be refused";
    "request-body-no-longer-enum", Additive, "the request body lists its values no longer: requests that were right still are";
    "request-body-pattern-added", Dangerous, "the request body must match a pattern now: some requests may be refused";
    "request-body-pattern-changed", Dangerous, "the request body must match another pattern: some requests may be refused";
    "request-body-unique-items-required", Dangerous, "items of the request body must differ now: some requests may be refused";
    "request-limit-lifted", Additive, "a limit of what may be sent is wider or gone: requests that were right still are";
    "request-parameter-additional-properties-forbidden", Dangerous, "a request parameter takes no other properties any more: some requests may be refused";
    "request-parameter-all-of-added", Dangerous, "a request parameter gained a schema of allOf: some requests may be refused";
    "request-parameter-any-of-removed", Dangerous, "a request parameter lost an alternative of anyOf: some requests may be refused";
    "request-parameter-const-added", Dangerous, "a request parameter gained a constant: some requests may be refused";
    "request-parameter-const-changed", Dangerous, "a request parameter has another constant: some requests may be refused";
    "request-parameter-max-items-set", Dangerous, "a request parameter has a greatest number of items now: some requests may be refused";
    "request-parameter-multiple-of-changed", Dangerous, "a request parameter must be a multiple of another number: some requests may be refused";
    "request-parameter-no-longer-enum", Additive, "a request parameter lists its values no longer: requests that were right still are";
    "request-parameter-one-of-removed", Dangerous, "a request parameter lost an alternative of oneOf: some requests may be refused";
    "request-parameter-removed-after-sunset", Dangerous, "a request parameter disappeared after its sunset date: clients that ignored the date may fail";
    "request-parameter-style-changed", Dangerous, "a request parameter is written otherwise: what clients send may be read as something else";
    "request-parameter-unique-items-required", Dangerous, "items of a request parameter must differ now: some requests may be refused";
    "request-property-additional-properties-forbidden", Dangerous, "a request property takes no other properties any more: some requests may be refused";
    "request-property-max-items-decreased", Dangerous, "a request property has a lower greatest number of items: some requests may be refused";
    "request-property-max-items-set", Dangerous, "a request property has a greatest number of items now: some requests may be refused";
    "request-property-max-properties-decreased", Dangerous, "a request property has a lower greatest number of properties: some requests may be refused";
    "request-property-max-properties-set", Dangerous, "a request property has a greatest number of properties now: some requests may be refused";
    "request-property-min-properties-increased", Dangerous, "a request property has a higher least number of properties: some requests may be refused";
    "request-property-multiple-of-changed", Dangerous, "a request property must be a multiple of another number: some requests may be refused";
    "request-property-no-longer-enum", Additive, "a request property lists its values no longer: requests that were right still are";
    "request-property-unique-items-required", Dangerous, "items of a request property must differ now: some requests may be refused";
    "response-body-enum-value-added", Dangerous, "the response body gained an allowed value: some clients may fail on it";
    "response-body-no-longer-enum", Dangerous, "the response body lists its values no longer: some clients may fail on new ones";
    "response-limit-lifted", Dangerous, "a limit of what is returned is wider or gone: some clients may fail on what is beyond it";
    "response-property-no-longer-enum", Dangerous, "a response property lists its values no longer: some clients may fail on new ones";
    "server-added", Additive, "a server appeared: present clients work on";
    "server-removed", Dangerous, "a server disappeared: clients that call it fail";
}
