import type { Config } from '../config.js';
import type { Emulator } from '../emulator/emulator.js';
import type { EmulatorSettings } from '../emulator/settings.js';
import type { GongClientSettings } from '../gong/types.js';
import type { PassthroughLimits } from '../tenants/callers-tenants.js';

export type EmulatorKey = Pick<EmulatorSettings, 'accessKey' | 'accessKeySecret'>;

/** Of a client for callers who bring credentials of their own. */
type Unauthorized = Omit<GongClientSettings, 'credentials'> & { readonly limits: PassthroughLimits };

export type Upstream = GongClientSettings | Unauthorized;

/** Where Gong is, or its emulator, and whose credentials it is called with. */
export function upstreamOf(
  config: Config,
  emulator: Emulator | null,
  settings: EmulatorKey | null,
): Upstream {
  if (config.gong !== null) return config.gong;
  const { gongDefaults: defaults, passthrough } = config;
  const baseUrl = passthrough?.baseUrl ?? emulator?.url;
  if (baseUrl === undefined) throw new TypeError('needed an emulator where Gong is not configured');
  if (passthrough !== null) return { ...defaults, baseUrl, limits: passthrough.limits };
  if (settings === null) throw new TypeError('needed the key of the emulator');
  const { accessKey, accessKeySecret } = settings;
  return { ...defaults, baseUrl, credentials: { kind: 'basic', accessKey, accessKeySecret } };
}
