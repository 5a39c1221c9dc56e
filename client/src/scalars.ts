/** The types of the schema's scalars in variables and results. */

/** A date in ISO 8601, e.g. `2021-05-19`. */
export type DateString = string;

/** A date and time in ISO 8601 with a time zone, e.g. `2018-02-18T08:00:00Z`. */
export type DateTimeString = string;

/** A full http or https URL. */
export type UrlString = string;

/** Any JSON value. Integers beyond ±(2^53 - 1) are strings of their digits. */
export type JsonValue = unknown;

/** A JSON object. Integers beyond ±(2^53 - 1) are strings of their digits. */
export type JsonObject = Record<string, unknown>;
