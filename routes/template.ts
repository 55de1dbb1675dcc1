/**
 * A function that puts values into a template, which is cut once. `placeholder` matches where a value goes, with its
 * name as the only group.
 */
export function toFilled (template: string, placeholder: RegExp): (valueOf: (name: string) => string) => string {
  // at even places what stays, at odd ones a name
  const parts = template.split(placeholder)
  return (valueOf) => {
    let text = ''
    for (let at = 0; at < parts.length; at += 1) text += at % 2 === 0 ? parts[at] as string : valueOf(parts[at] as string)
    return text
  }
}
