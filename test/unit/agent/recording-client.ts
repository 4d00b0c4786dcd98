import type { Client } from "pg";

/** A client that writes down what it is asked, and answers with the rows of the first pattern that the SQL matches. */
export function recordingClient(answers: [RegExp, object[] | Error][] = []) {
  const asked: string[] = [];
  const query = async (question: string | { text: string }, values: unknown[] = []) => {
    const sql = typeof question === "string" ? question : question.text;
    asked.push([sql, ...values].join(" | "));
    const answer = answers.find(([pattern]) => pattern.test(asked.at(-1) as string))?.[1] ?? [];
    if (answer instanceof Error) throw answer;
    return { rows: answer };
  };
  return { asked, client: { query, getTransactionStatus: () => "I" } as unknown as Client };
}
