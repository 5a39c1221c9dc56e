import DataLoader from 'dataloader';
import { Pool } from 'undici';

/* What each peer has in common: the schema, and how accounts are read from Gong. */

export const typeDefs = `
  scalar DateTime
  scalar JSONObject

  type Query {
    accounts(ids: [ID!]!): [Account]
  }

  type Account {
    objectId: ID!
    name: String
    domains: [String!]
    url: String
    modifiedDate: DateTime
    fields(names: [String!]!): JSONObject!
  }
`;

export const resolvers = {
  Query: { accounts: (_root, { ids }, { accounts }) => accounts.loadMany(ids) },
  Account: {
    fields: (account, { names }) => Object.fromEntries(names.map((name) => [name, account[name]])),
  },
};

/** Gong takes 100 IDs a call. */
const IDS_PER_CALL = 100;
const [, , gongUrl, integrationId] = process.argv;

const pool = new Pool(gongUrl, { connections: 64 });
const headers = {
  authorization: `Basic ${Buffer.from('emulator:emulator').toString('base64')}`,
  'content-type': 'application/json',
};

async function readAccounts(ids) {
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path: `/v2/crm/entities?integrationId=${integrationId}&objectType=ACCOUNT`,
    headers,
    body: JSON.stringify(ids),
    reset: false,
  });
  if (statusCode !== 200) throw new Error(`Gong answered ${statusCode}`);
  const { crmObjectsMap } = await body.json();
  return ids.map((id) => crmObjectsMap[id] ?? null);
}

/** The context of one request. */
export const createContext = () => ({
  accounts: new DataLoader(readAccounts, { maxBatchSize: IDS_PER_CALL }),
});

/** Tells the process that forked this one where it serves, and ends with it. */
export function serving(url) {
  process.on('disconnect', () => process.exit());
  process.send?.(url);
}
