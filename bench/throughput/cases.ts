/** What callers ask for, and what they are answered. */

const ACCOUNTS = 10_000;
const CUSTOM_FIELDS = ['f1', 'f2', 'f3', 'f4', 'f5'];
const names = JSON.stringify(CUSTOM_FIELDS);
const query = `query ($ids: [ID!]!) { accounts(ids: $ids) { objectId name domains url modifiedDate fields(names: ${names}) } }`;

/** Of the same length each, so that answers are, too. */
export const ACCOUNT_IDS = Array.from(
  { length: ACCOUNTS },
  (_, index) => `account-${String(index).padStart(5, '0')}`,
);

/** Of the stub of Gong. */
export const STUB_INTEGRATION = '5517027188234206123';

export interface Case {
  readonly title: string;
  /** The IDs of one query after the other. */
  readonly queries: readonly (readonly string[])[];
}

/** What 50 callers ask for at a time has nothing in common. */
export const ONE_OBJECT: Case = { title: '(a) one object of ten fields', queries: inGroupsOf(1) };
export const HUNDRED_OBJECTS: Case = {
  title: '(b) a hundred objects of ten fields',
  queries: inGroupsOf(100),
};
/** What everybody looks at. */
export const SAME_HUNDRED: Case = {
  title: '(c) the same hundred objects for all callers',
  queries: HUNDRED_OBJECTS.queries.slice(0, 1),
};

function inGroupsOf(size: number): string[][] {
  return Array.from({ length: ACCOUNTS / size }, (_, index) =>
    ACCOUNT_IDS.slice(index * size, (index + 1) * size),
  );
}

function own(objectId: string) {
  return {
    objectId,
    name: `Name of ${objectId}`,
    domains: ['example.com'],
    url: 'https://crm.example.com/1',
    modifiedDate: '2024-03-01T12:00:00Z',
  };
}

const custom = { f1: 'one', f2: 2, f3: true, f4: '2024-03-01', f5: 'five' };

/** As they are pushed. */
export const FIELDS = Object.entries({
  f1: 'STRING',
  f2: 'NUMBER',
  f3: 'BOOLEAN',
  f4: 'DATE',
  f5: 'STRING',
}).map(([uniqueName, type]) => ({
  uniqueName,
  label: uniqueName,
  type,
  lastModified: '2024-03-01T12:00:00Z',
}));

/** As Gong has it. */
export const accountAtGong = (objectId: string) => ({ ...own(objectId), ...custom });

/** How a contender is asked, and what it has to answer. */
export interface Dialogue {
  readonly bodyFor: (ids: readonly string[]) => string;
  readonly answerTo: (ids: readonly string[]) => object;
}

export const GRAPHQL: Dialogue = {
  bodyFor: (ids) => JSON.stringify({ query, variables: { ids } }),
  answerTo: (ids) => ({ data: { accounts: ids.map((id) => ({ ...own(id), fields: custom })) } }),
};

/** The floor passes on what it gets. */
export const PLAIN: Dialogue = {
  bodyFor: (ids) => JSON.stringify({ ids }),
  answerTo: (ids) => ({ data: { accounts: ids.map(accountAtGong) } }),
};
