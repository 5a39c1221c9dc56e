import type { IncomingMessage } from 'node:http';
import type { ApiDialect } from '../crm/dialects.js';
import type { Company } from './company.js';
import type { Answer } from './http.js';
import type { Processor } from './processor.js';
import type { EmulatorSettings } from './settings.js';

/** An authenticated call of a known operation. */
export interface Call {
  /** Whose rules hold on the path that was called. */
  readonly dialect: ApiDialect;
  readonly query: URLSearchParams;
  readonly company: Company;
  readonly processor: Processor;
  readonly settings: EmulatorSettings;
  /** Gives the request for reading its body; callers who wait to be asked for it (`Expect: 100-continue`) are asked. */
  readonly openBody: () => IncomingMessage;
  /** Tells the observer of calls which objects were asked for. */
  readonly noteObjectIds: (ids: readonly string[]) => void;
  /** Another number each time, for the whole life of the emulator. */
  readonly nextUpload: () => number;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;
