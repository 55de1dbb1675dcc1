/*
 * npm run bench -- NAME [arguments…]: runs one of the programs here; each says at its top what it measures.
 */
const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  growth: async () => await import('./growth.js'),
  'long-reads': async () => await import('./long-reads.js'),
  overload: async () => await import('./overload.js')
}

const [name = ''] = process.argv.splice(2, 1)
const program = programs[name]
if (program === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(programs).join(' | ')}\n`)
  process.exitCode = 2
} else {
  await program()
}
