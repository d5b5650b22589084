// Users of the service, after the load test that IM has in public: readers list their infrastructures and look at each, at its
// state and at a machine; writers create one, add a machine, remove it, and destroy the infrastructure.
//
//   k6 run -e BASE=http://127.0.0.1:8800 -e READERS=20 -e WRITERS=5 -e DURATION=60s -e SUMMARY=summary.json users.js
//
// USERS (10) is the number of users, MACHINES (2) that of the machines of a new infrastructure, PAUSE (0) the seconds that a user
// thinks between two requests. CLOUD is the line of credentials for the cloud.
import { check, fail, sleep } from 'k6';
import http from 'k6/http';
import { Rate } from 'k6/metrics';

const BASE = __ENV.BASE;
const USERS = Number(__ENV.USERS || 10);
const MACHINES = Number(__ENV.MACHINES || 2);
const PAUSE = Number(__ENV.PAUSE || 0);
const CLOUD = __ENV.CLOUD || 'id = dummy; type = Dummy';
const wrong = new Rate('wrong');

function scenario(exec, vus) {
  return { exec, executor: 'constant-vus', vus: Number(vus), duration: __ENV.DURATION || '30s', gracefulStop: '30s' };
}

const scenarios = {};
if (Number(__ENV.READERS || 10) > 0) scenarios.readers = scenario('reader', __ENV.READERS || 10);
if (Number(__ENV.WRITERS || 4) > 0) scenarios.writers = scenario('writer', __ENV.WRITERS || 4);

const calls = ['list', 'infrastructure', 'state', 'vm', 'create', 'add', 'remove', 'destroy'];
export const options = {
  scenarios,
  summaryTrendStats: ['min', 'med', 'p(95)', 'p(99)', 'max', 'count'],
  // A threshold makes k6 report each call on its own.
  thresholds: Object.assign(
    { wrong: ['rate<0.001'] },
    ...calls.map((call) => ({ [`http_req_duration{call:${call}}`]: ['max>=0'] }))),
};

function parameters(user, call) {
  const headers = {
    Authorization: `type = InfrastructureManager; username = ${user}; password = pass-${user}\\n${CLOUD}`,
    'Content-Type': 'text/plain',
  };
  return { headers, tags: { call }, timeout: '120s' };
}

function document(machines) {
  return `network lan (outbound = 'yes')
system node (
cpu.count >= 1 and
memory.size >= 512m and
net_interface.0.connection = 'lan' and
disk.0.os.name = 'linux' and
disk.0.image.url = 'mock0://linux'
)
contextualize ()
deploy node ${machines}
`;
}

function ask(user, call, method, url, body) {
  const answer = http.request(method, url, body, parameters(user, call));
  const good = check(answer, { [`${call} is answered`]: (answer) => answer.status === 200 });
  wrong.add(!good);
  if (PAUSE > 0) sleep(PAUSE * (0.5 + Math.random()));
  return good ? answer : null;
}

const lines = (answer) => (answer ? answer.body.split('\n').filter((line) => line) : []);
// The service names itself by the address that it was asked under.
const moved = (url) => BASE + url.slice(url.indexOf('/infrastructures/'));

export function setup() {
  for (let user = 0; user < USERS; user++) {
    if (lines(ask(`user${user}`, 'list', 'GET', `${BASE}/infrastructures`)).length > 0) continue;
    if (!ask(`user${user}`, 'create', 'POST', `${BASE}/infrastructures`, document(MACHINES))) fail('Nothing can be created.');
  }
}

export function reader() {
  const user = `user${__VU % USERS}`;
  for (const line of lines(ask(user, 'list', 'GET', `${BASE}/infrastructures`)).slice(0, 10)) {
    const machines = lines(ask(user, 'infrastructure', 'GET', moved(line)));
    ask(user, 'state', 'GET', `${moved(line)}/state`);
    if (machines.length > 0) ask(user, 'vm', 'GET', moved(machines[0]));
  }
}

// Writers have names of their own, so that no reader looks at what they have just destroyed.
export function writer() {
  const user = `writer${__VU}`;
  const created = ask(user, 'create', 'POST', `${BASE}/infrastructures`, document(MACHINES));
  if (!created) return;
  const inf = moved(created.body);
  const added = lines(ask(user, 'add', 'POST', inf, document(1)));
  if (added.length > 0) ask(user, 'remove', 'DELETE', moved(added[0]));
  ask(user, 'destroy', 'DELETE', inf);
}

export function handleSummary(data) {
  const summary = { [__ENV.SUMMARY || 'summary.json']: JSON.stringify(data) };
  return summary;
}
