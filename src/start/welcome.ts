import { authorization } from '../auth/gong-credential.js';
import type { Config } from '../config.js';
import type { Emulator } from '../emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../emulator/settings.js';

/** The one line that tells a person where to go. */
export function welcome(
  url: string,
  { gong, passthrough, production, exposure }: Config,
  emulator: Emulator | null,
): string {
  const whose = passthrough === null ? '' : " with each caller's own credentials";
  const why = production
    ? 'GONG_EMULATOR is set'
    : `no ${passthrough === null ? 'Gong credentials are' : 'address of Gong is'} set`;
  const key =
    passthrough !== null && hasDefaultKey(emulator)
      ? `, such as access key "${emulator.settings.accessKey}", access key secret "${emulator.settings.accessKeySecret}"`
      : '';
  const upstream =
    emulator === null
      ? `talking to ${(gong ?? passthrough)?.baseUrl}${whose}`
      : `${why}, so it talks to the built-in emulator at ${emulator.url}${whose}${key}`;
  const explorer =
    exposure.explorer === 'off' ? '' : ` (explore it at ${url}/graphiql, or see ${url}/ for the other pages)`;
  return `Gong CRM gateway ready at ${url}/graphql${explorer}; ${upstream}.`;
}

/** Credentials for the explorers, so that they work with the emulator as they open. */
export function explorerHeaders(emulator: Emulator | null): Record<string, string> {
  return hasDefaultKey(emulator)
    ? { Authorization: authorization({ kind: 'basic', ...emulator.settings }) }
    : {};
}

/** A key that an operator has set is a secret; the default one is public. */
function hasDefaultKey(emulator: Emulator | null): emulator is Emulator {
  const { accessKey, accessKeySecret } = DEFAULT_EMULATOR_SETTINGS;
  return emulator?.settings.accessKey === accessKey && emulator.settings.accessKeySecret === accessKeySecret;
}
