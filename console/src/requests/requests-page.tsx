import { PageTitle } from '../parts/states.js';
import { Tabs } from '../parts/tabs.js';
import { DeadLetters } from './dead-letters.js';
import { Journal } from './journal.js';

const TITLES = { requests: 'Requests', dead: 'Dead letters' } as const;

export function RequestsPage() {
  return (
    <>
      <PageTitle title="Requests" />
      <Tabs label="What to show" names={['requests', 'dead'] as const} titleOf={(name) => TITLES[name]}>
        {(name) => (name === 'requests' ? <Journal /> : <DeadLetters filter={null} />)}
      </Tabs>
    </>
  );
}
