/*
 * npm run bench [-- NAME arguments…]: runs one of the programs here, the table unless another one is named; each
 * says at its top what it measures.
 */
const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  boot: async () => await import('./boot.js'),
  compare: async () => await import('./compare.js'),
  growth: async () => await import('./growth.js'),
  'long-reads': async () => await import('./long-reads.js'),
  overload: async () => await import('./overload.js'),
  profile: async () => await import('./profile.js'),
  steps: async () => await import('./steps.js'),
  table: async () => await import('./table.js')
}

const [, , first] = process.argv
const isNamed = first !== undefined && !first.startsWith('-')
const [name = ''] = isNamed ? process.argv.splice(2, 1) : [first?.startsWith('--compare') === true ? 'compare' : 'table']
const program = programs[name]
if (program === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(programs).join(' | ')}\n`)
  process.exitCode = 2
} else {
  await program()
}
