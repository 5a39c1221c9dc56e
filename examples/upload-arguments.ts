import { parseArgs } from 'node:util';
import type { UploadObjectType, ValidationMode } from 'gong-crm-graphql-client';

/** The arguments of `npm run upload`. */
export interface UploadArguments {
  readonly path: string;
  readonly objectType: UploadObjectType;
  readonly integrationId: string | undefined;
  readonly clientRequestId: string | undefined;
  readonly validation: ValidationMode;
  /** Check only, and send nothing to Gong. */
  readonly checkOnly: boolean;
  /** The gateway's address, without a path. */
  readonly url: string;
}

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OBJECT_TYPES: readonly UploadObjectType[] = [
  'ACCOUNT',
  'BUSINESS_USER',
  'CONTACT',
  'DEAL',
  'LEAD',
  'STAGE',
];

export const HELP = `Usage: npm run upload -- <file> --type <type> [options]

Sends a file of JSON objects, one per line (LDJSON), plain or gzip, to Gong through the gateway, and follows it
until Gong has stored it. Every line is checked before anything is sent.

  --type <type>         ${OBJECT_TYPES.join(', ')}
  --integration <id>    the integration; default: the active one
  --id <id>             an ID for this upload, 1 to 120 letters, digits, "-" and "_"; default: made from the content,
                        so that the same file sent twice is loaded once
  --validate            only check, send nothing
  --skip-invalid        send the good lines and list the others; otherwise one error rejects the whole file
  --off                 send the bytes unchecked and unchanged
  --url <url>           the gateway; default GATEWAY_URL or http://127.0.0.1:4000
  --help                show this text

GATEWAY_TOKEN authenticates at the gateway: as a bearer token, or unchanged if it has a scheme, such as "Basic …".

Exit code: 0 if everything is stored (with --validate: no errors), 1 if the file was rejected or Gong failed it,
2 if the command line was wrong or the gateway refused or did not answer.
`;

/**
 * @returns `null` for --help
 * @throws UsageError
 */
export function readArguments(args: readonly string[], defaultUrl: string): UploadArguments | null {
  const { values, positionals } = parse(args);
  if (values.help === true) return null;
  const [path, ...others] = positionals;
  if (path === undefined) throw new UsageError('needed a file, got none');
  if (others.length > 0) throw new UsageError(`needed one file, got ${positionals.join(', ')}`);
  const asked = values.type?.toUpperCase().replace('-', '_');
  const objectType = OBJECT_TYPES.find((type) => type === asked);
  if (objectType === undefined) {
    throw new UsageError(`--type: needed one of ${OBJECT_TYPES.join(', ')}, got ${values.type ?? 'none'}`);
  }
  const modes = [values.validate, values['skip-invalid'], values.off].filter(Boolean);
  if (modes.length > 1)
    throw new UsageError('needed one of --validate, --skip-invalid and --off, got several');
  const url = values.url ?? defaultUrl;
  if (!URL.canParse(url))
    throw new UsageError(`--url: needed an address such as http://127.0.0.1:4000, got ${url}`);
  return {
    path,
    objectType,
    integrationId: values.integration,
    clientRequestId: values.id,
    validation: values.off === true ? 'OFF' : values['skip-invalid'] === true ? 'SKIP_INVALID' : 'ENFORCE',
    checkOnly: values.validate === true,
    url: url.replace(/(?<!\/)\/+$/, ''),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        type: { type: 'string' },
        integration: { type: 'string' },
        id: { type: 'string' },
        validate: { type: 'boolean' },
        'skip-invalid': { type: 'boolean' },
        off: { type: 'boolean' },
        url: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
