/** A line of a crontab. */
export interface CrontabLine {
  schedule: string;
  command: string;
}

const LINE = /^\s*((?:@\w+)|(?:\S+\s+){4}\S+)\s+(\S.*)$/;
const FIELD = /^[\d*/,a-z-]+$/i;

/** The lines of a crontab that run something; a system's own also name a user before the command, which does no harm. */
export function crontabLines(text: string): CrontabLine[] {
  return text.split("\n").flatMap((line) => {
    if (/^\s*(#|$)/.test(line) || /^\s*[A-Za-z_]\w*\s*=/.test(line)) return [];
    const [, schedule = "", command = ""] = LINE.exec(line) ?? [];
    const fields = schedule.split(/\s+/);
    if (command === "" || (fields.length === 5 && !fields.every((field) => FIELD.test(field)))) return [];
    return [{ schedule: fields.join(" "), command }];
  });
}
