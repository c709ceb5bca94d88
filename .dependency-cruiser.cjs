// .dependency-cruiser.cjs: which door of the house may open which; docs/architecture.md has the map.

const RULES = '^src/[^/]+/(rules|protocols)(/|\\.ts$)'; // pure, whichever room they are in
const ROUTES = '^src/[^/]+/routes(/|\\.ts$)';
const STORE = '^src/([^/]+)/store(/|\\.ts$)';
const ACTS = '^src/[^/]+/acts(/|\\.ts$)';
const INNER = '^src/[^/]+/(rules|protocols|schema|store|acts)(/|\\.ts$)';
const PLAIN = '^src/platform/(civil|fnv|key)\\.ts$'; // dates, spreads and keys: pure, and the same in a workflow
const IMPORTS = '^src/imports/';
const DOORS = `${ROUTES}|^activities/|^(src/main|worker)\\.ts$`;

/** An import of a type is erased: it ties nothing at run time. */
const real = (to) => ({ ...to, dependencyTypesNot: ['type-only'] });

const forbidden = [
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one file, or hide a third.',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'rules-are-pure',
    comment: 'Workflows, the API and the web pages import rules: no I/O, no clock, no library.',
    from: { path: RULES },
    to: real({ pathNot: [RULES, PLAIN] }),
  },
  {
    name: 'workflows-only-wait',
    comment: 'A workflow is replayed for years: rules, civil dates, types of activities, each other and the SDK.',
    from: { path: '^workflows/' },
    to: real({ pathNot: ['^workflows/', RULES, PLAIN, '(^|/)node_modules/@temporalio/(workflow|common)/'] }),
  },
  {
    name: 'a-store-knows-its-own-rows',
    comment: 'What needs the rows of two rooms is an act, or a question of the room that asks.',
    from: { path: STORE },
    to: real({ path: STORE, pathNot: '^src/$1/' }),
  },
  {
    name: 'routes-stay-in-their-room',
    comment: 'Routes call acts and questions, never the routes of another room.',
    from: { path: '^src/([^/]+)/routes(/|\\.ts$)' },
    to: real({ path: ROUTES, pathNot: '^src/$1/' }),
  },
  {
    name: 'routes-call-no-other-door',
    from: { path: ROUTES },
    to: real({ path: ['^activities/', '^workflows/', '^(src/main|worker)\\.ts$'] }),
  },
  {
    name: 'activities-call-no-other-door',
    from: { path: '^activities/' },
    to: real({ path: [ROUTES, '^workflows/', '^(src/main|worker)\\.ts$'] }),
  },
  {
    name: 'imports-call-no-other-door',
    from: { path: IMPORTS, pathNot: ROUTES },
    to: real({ path: DOORS }),
  },
  {
    name: 'the-command-line-calls-no-other-door',
    comment: 'The API mounts routes and the worker registers activities; main.ts starts those two and calls acts.',
    from: { path: '^src/main\\.ts$' },
    to: real({ path: [ROUTES, '^activities/', '^workflows/'] }),
  },
  {
    name: 'nothing-inside-knows-its-doors',
    comment: 'Acts, stores, schemas and rules are called; they do not know by whom.',
    from: { path: INNER },
    to: real({ path: [DOORS, '^workflows/'] }),
  },
  {
    name: 'below-acts-knows-no-acts',
    comment: 'Rules, schemas and stores decide, describe and fetch; deeds call them.',
    from: { path: INNER, pathNot: ACTS },
    to: real({ path: ACTS }),
  },
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify', // tells a type-only import from one that runs
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
