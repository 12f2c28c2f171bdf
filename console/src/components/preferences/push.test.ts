import { expect, test } from 'vitest';
import { nameOf, support } from './push';

test('a browser is named as people name it', () => {
  const agents = {
    'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0': 'Firefox, Linux',
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0': 'Edge, Windows',
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36': 'Chrome, Android',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Mobile Safari/604.1':
      'Safari, iPhone',
    Unknown: 'Browser',
  };
  for (const [agent, name] of Object.entries(agents)) expect(nameOf(agent)).toBe(name);
});

test('a browser without push says so', () => {
  expect(support()).toBe('unsupported');
});
