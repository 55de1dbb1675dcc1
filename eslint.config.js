import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Which rooms a room may not look into: arrows go one way, see CONTRIBUTING. */
const arrows = {
  'schemas/**': ['**/storage/**', '**/odata/**', '**/operations/**', '**/routes/**', '**/plugins/**', '**/index.js', '**/server.js', 'fastify*', '@fastify/*'],
  'storage/**': ['**/odata/**', '**/operations/**', '**/routes/**', '**/plugins/**', '**/server.js', 'fastify*', '@fastify/*'],
  'odata/**': ['**/operations/**', '**/routes/**', '**/plugins/**', '**/server.js', 'fastify*', '@fastify/*', '*sqlite*', 'pg'],
  'operations/**': ['**/routes/**', '**/plugins/**', '**/server.js', 'fastify*', '@fastify/*'],
  'routes/**': ['**/plugins/**', '**/server.js'],
  'plugins/**': ['**/server.js']
}

/** The language makes query trees, and knows nothing else of stores. */
const exceptQueryTree = { regex: '/storage/(?!query/tree\\.js$)', message: 'odata/ knows the query tree of storage/, and nothing else there' }

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.tap/', 'node_modules/', 'test/witnesses/openapi/generated.ts'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] }, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // an async function is how Fastify and the doors say "this answers a promise"
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': ['error', 'always'],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-restricted-syntax': ['error', { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'only server.ts reads the environment' }],
      // taken out of an object so that the rest can be named
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }]
    }
  },
  ...Object.entries(arrows).map(([room, forbidden]) => ({
    files: [room],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message: 'arrows between rooms go one way, see CONTRIBUTING' }, ...(room === 'odata/**' ? [exceptQueryTree] : [])] }] }
  })),
  { files: ['server.ts', 'test/**', 'bench/**', 'docs/**', 'examples/**'], rules: { 'no-restricted-syntax': 'off' } },
  // other programs, without types
  { files: ['bench/programs/**/*.js'], ...tseslint.configs.disableTypeChecked },
  { files: ['test/**', 'storage/conformance/**'], rules: { 'max-lines': 'off', '@typescript-eslint/no-explicit-any': 'off', '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off', '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unnecessary-condition': 'off', '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-unsafe-argument': 'off', '@typescript-eslint/no-unsafe-call': 'off', '@typescript-eslint/no-unsafe-return': 'off', '@typescript-eslint/no-misused-promises': 'off' } }
)
