import { integer, oneOf, type SettingsOf, setting } from '../env.js';

export const CUSTOM_FIELD_SETTINGS = {
  /**
   * Whether the custom fields of the integration are typed fields of the GraphQL schema, as `Deal.custom` and
   * `DealInput.custom`. With `off` they are read with `fields` and `field` and written with `customFields`, as they can always be.
   */
  mode: setting('CUSTOM_FIELDS', oneOf(['on', 'off']), { default: 'on' }),
  /**
   * How often custom fields are read from Gong again, besides after each push of a schema through the gateway. It takes two
   * calls.
   */
  refreshMs: integer('CUSTOM_FIELDS_REFRESH_MS', 900_000, [1_000, 86_400_000], 'ms'),
};

export type CustomFieldSettings = SettingsOf<typeof CUSTOM_FIELD_SETTINGS>;
