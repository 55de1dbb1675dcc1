/** Rows as text in columns; columns of figures are to the right. */
export function toTable (rows: ReadonlyArray<readonly string[]>): string {
  const [head = [], ...body] = rows
  const columns = head.map((name, column) => {
    const cells = body.map((row) => row[column] ?? '')
    return { width: Math.max(name.length, ...cells.map(({ length }) => length)), isNumeric: cells.every((cell) => /^[\d.,-]*$/.test(cell)) }
  })
  return rows.map((row) => columns.map(({ width, isNumeric }, column) => {
    const cell = row[column] ?? ''
    return isNumeric ? cell.padStart(width) : cell.padEnd(width)
  }).join('  ').trimEnd()).join('\n')
}
