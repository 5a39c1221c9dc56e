import { type Caller, needScope } from '../auth/caller.js';
import { type EnvironmentProblem, oneOf, type SettingsOf, setting } from '../env.js';
import { GatewayError } from '../errors.js';

const EXPOSURES = ['on', 'off', 'scope'] as const;
/** `scope`: for callers with the scope `schema:read`. */
export type Exposure = (typeof EXPOSURES)[number];

export const EXPOSURE_SETTINGS = {
  /**
   * Whether callers may read the GraphQL schema by introspection, and error messages suggest names of the schema: `on`,
   * `off`, or `scope`, which allows it to callers with the scope `schema:read`. Without this setting `on`, in production
   * `off`.
   */
  introspection: setting('INTROSPECTION', oneOf(EXPOSURES)),
  /**
   * Whether the gateway serves GraphiQL at `/graphiql`, Apollo Sandbox at `/graphql` and links to every page at `/`:
   * `on`, `off`, or `scope`, which serves the pages to requests with credentials that have the scope `schema:read`, such
   * as a proxy adds. Where it does, the origins of Apollo Sandbox may call from a browser. Without this setting `on`, in
   * production `off`.
   */
  explorer: setting('EXPLORER', oneOf(EXPOSURES)),
};

type Values = SettingsOf<typeof EXPOSURE_SETTINGS>;

export interface ExposureSettings {
  readonly introspection: Exposure;
  readonly explorer: Exposure;
}

export function exposureSettings(
  { introspection, explorer }: Values,
  isProduction: boolean,
): ExposureSettings {
  const byDefault = isProduction ? 'off' : 'on';
  return { introspection: introspection ?? byDefault, explorer: explorer ?? byDefault };
}

/** Without authentication nobody has been given a scope. */
export function exposureProblems(values: Values, authMode: string | null): EnvironmentProblem[] {
  if (authMode !== null && authMode !== 'none') return [];
  const needed = 'on or off, since AUTH_MODE is none and so nobody has the scope schema:read';
  return (['introspection', 'explorer'] as const)
    .filter((name) => values[name] === 'scope')
    .map((name) => ({ variable: EXPOSURE_SETTINGS[name].variable, needed, got: '"scope"' }));
}

/**
 * Returns why the caller may not do what the setting decides, or `undefined` if it may.
 *
 * @param what at the beginning of the message
 * @param variable the setting's
 */
export function exposureRefusal(
  exposure: Exposure,
  caller: Caller | null,
  [what, variable]: readonly [what: string, variable: string],
): GatewayError | undefined {
  switch (exposure) {
    case 'on':
      return undefined;
    case 'off':
      return new GatewayError(
        'FORBIDDEN',
        `${what} is off. The operator of the gateway can allow it with ${variable}=on, or with ${variable}=scope for ` +
          'callers with the scope schema:read.',
      );
    case 'scope':
      try {
        needScope(caller, 'schema:read', what);
        return undefined;
      } catch (error) {
        if (error instanceof GatewayError) return error;
        throw error;
      }
  }
}
