/**
 * Runs every check of untrusted text on every hostile text, and announces each run before it begins, so that the test
 * can name the one that does not return. It imports compiled code, because Node 20 runs no TypeScript in worker threads.
 */
import 'reflect-metadata';
import { parentPort } from 'node:worker_threads';
import { parse } from 'graphql';
import { createAuthenticator } from '../../dist/auth/authenticator.js';
import { readGongCredential } from '../../dist/auth/gong-credential.js';
import * as dates from '../../dist/crm/dates.js';
import * as identifiers from '../../dist/crm/identifiers.js';
import { parseLine } from '../../dist/crm/ldjson-line.js';
import { FIELD_TYPES } from '../../dist/crm/object-types.js';
import { createSoundLines } from '../../dist/crm/sound-lines.js';
import * as values from '../../dist/crm/values.js';
import { retryAfterSeconds, textCleaner } from '../../dist/gong/errors.js';
import { parseLossless } from '../../dist/gong/lossless-json.js';
import { namedUploads } from '../../dist/graphql/named-uploads.js';
import * as scalars from '../../dist/graphql/scalars.js';
import { createSecrets } from '../../dist/secrets.js';
import { claimsUtf8, isMultipart } from '../../dist/server/http/content-type.js';
import { isLegacy } from '../../dist/server/operations/http-status.js';
import {
  mentionsIntrospection,
  withoutSuggestions,
} from '../../dist/server/operations/introspection.plugin.js';
import { createStreamLimits } from '../../dist/server/streams/limits.js';
import { isAllowedOrigin } from '../../dist/server/streams/origin.js';
import { isTimeKey } from '../../dist/store/time-keys.js';
import { createOtlpTracer } from '../../dist/telemetry/otlp-tracer.js';
import { isPublicAddress } from '../../dist/webhooks/public-addresses.js';
import { targetRefusal } from '../../dist/webhooks/target.js';

const LONG = 1_000_000;
/** Long enough that quadratic time takes tens of seconds. */
const SHORT = 200_000;

const FILLINGS = [
  ...' \t\n\r\v0159aAxz-_.,;:/\\@=+#?&%"\'()[]{}<>|~*',
  ...['\u0000', '\u007f', '\u00a0', '\u2028', '\ufeff', 'é', '中', '😀', '\ud800'],
  ...['a.', 'a@', '-0', '0 ', ' x', '; ', '; charset', ', */*', '../', '%2e', '\\"', '"a":', '{"a":', '[1,'],
  ...[
    '1234567890123456 ',
    '<a',
    '<a ',
    'Did you mean ',
    'xn--',
    'Basic ',
    'bearer ',
    'multipart/form-data; ',
  ],
];
const AFTER_A_BEGINNING = [' ', '\t', '0', 'a', '-', '.', '/', ';', '"', '\u00a0', 'é', 'a.', '; ', '{"a":'];
const BEGINNINGS = [
  ...[
    '00',
    '+1',
    '(',
    '12 ext.',
    'http://',
    'https://a.',
    'http://a@',
    'http://[',
    'a@',
    '2018-02-18T02:30:00',
  ],
  ...[
    'Basic ',
    'Bearer ',
    'application/json',
    'text/html;charset',
    'multipart/form-data;boundary=',
    '{"a":"',
    '"',
  ],
  ...['<a', 'Did you mean ', '00-', 'Tue, ', '1, '],
];
/** Different Han characters: converting a host to ASCII takes time for each different one. */
const HAN = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('');

function* hostileTexts() {
  const filled = (filling, length) => filling.repeat(Math.ceil(length / filling.length)).slice(0, length);
  for (const filling of FILLINGS) yield `${filled(filling, LONG)}x!`;
  yield `http://${HAN.repeat(LONG / HAN.length)}.com/`;
  yield `00${' '.repeat(250_000)}x!`;
  for (const beginning of BEGINNINGS) {
    for (const filling of AFTER_A_BEGINNING) yield `${beginning}${filled(filling, SHORT)}x!`;
  }
}

const aDocument = parse('mutation($input: UploadFileInput!) { uploadFile(input: $input) { __typename } }');
const authenticator = createAuthenticator({ mode: 'api-key', keys: [] });
const limits = createStreamLimits({ maxConnections: 1e9, maxConnectionsPerCaller: 1e9, proxyHops: 2 });
const tracer = createOtlpTracer(
  { endpoint: 'http://127.0.0.1:9', headers: {}, serviceName: 'hostile', sampledPart: 0 },
  { info() {}, warn() {} },
);
const alike = createSecrets();
for (const end of '12') alike.add([`${'a'.repeat(6_000)}${end}`]);
const fieldName = (index) => `f${String(index).padStart(2, '0')}`;
const soundLines = createSoundLines({
  ...{ dialect: 'current', objectType: 'ACCOUNT', requirePhone: false, reportWarnings: true },
  schema: FIELD_TYPES.map((type, index) => ({ uniqueName: fieldName(index), type, orderedValueList: null })),
});
const picklist = values.valueCheck('PICKLIST', ['EMEA', 'AMER']);

const CHECKS = {
  ...Object.fromEntries(FIELD_TYPES.map((type) => [`value of type ${type}`, values.valueCheck(type)])),
  'value of a picklist': picklist,
  shown: values.shown,
  'shown in an array': (text) => values.shown([text]),
  isDate: dates.isDate,
  parseDateTime: dates.parseDateTime,
  isClientRequestId: identifiers.isClientRequestId,
  isIntegrationId: identifiers.isIntegrationId,
  isWellFormed: identifiers.isWellFormed,
  DateTime: (text) => scalars.DateTimeScalar.parseValue(text),
  Date: (text) => scalars.DateScalar.parseValue(text),
  URL: (text) => scalars.UrlScalar.parseValue(text),
  JSON: (text) => scalars.JsonScalar.parseValue(text),
  'a line of a file': (text) => parseLine(Buffer.from(text), 0, Buffer.byteLength(text), 'UNKNOWN'),
  'a line of a file, by its bytes': (text) => {
    const line = Buffer.from(`{"f00":"${text}"}\n`);
    FIELD_TYPES.forEach((_, index) => {
      line.write(fieldName(index), 2);
      soundLines.match(line, 0);
    });
    soundLines.match(Buffer.from(`{"${text}":${text}\n`), 0);
  },
  "Gong's JSON": parseLossless,
  "Gong's error": textCleaner(() => ['a-secret-of-ours', '  ']),
  'Retry-After': (text) => retryAfterSeconds({ header: () => text }),
  'a log line': (text) => alike.scrub(text),
  'charset of a content type': claimsUtf8,
  'address of a webhook': (text) =>
    targetRefusal(text, { notifyHosts: ['hooks.example.com'], privateAddresses: 'refuse' }),
  'IP address': isPublicAddress,
  'cursor of the journal': isTimeKey,
  'a content type': (text) => isMultipart({ headers: { 'content-type': text } }),
  Accept: isLegacy,
  Origin: (text) => isAllowedOrigin({ headers: { origin: text, host: 'a' } }, ['https://a']),
  'X-Forwarded-For': (text) =>
    limits.take({ headers: { 'x-forwarded-for': text }, socket: {} }, null).giveBack(),
  'Authorization for Gong': readGongCredential,
  // Longer ones than an HTTP header can hold are refused unread, so this one has a realistic length.
  'Authorization for Gong, short': (text) => readGongCredential(text.slice(0, 8_000)),
  'Authorization for the gateway': (text) =>
    authenticator.authenticate({ authorization: text.slice(0, 8_000) }),
  traceparent: (text) => tracer.begin('span', { traceparent: text }).end(),
  'suggestions in a message': (text) => withoutSuggestions(`${text}?`),
  'the text of an operation': (text) => mentionsIntrospection(text),
  'the name of an upload': (text) => namedUploads(aDocument, undefined, { input: { uploadId: text } }),
};

let runs = 0;
// Making the texts takes longer than most checks: each is made once.
for (const text of hostileTexts()) {
  const shown = `${JSON.stringify(text.slice(0, 40))}…, ${text.length} characters`;
  for (const [name, check] of Object.entries(CHECKS)) {
    parentPort.postMessage({ name, text: shown });
    try {
      const result = check(text);
      if (result instanceof Promise) await result;
    } catch {
      // Most texts are refused.
    }
    runs += 1;
  }
}
parentPort.postMessage({ runs, checks: Object.keys(CHECKS).length });
