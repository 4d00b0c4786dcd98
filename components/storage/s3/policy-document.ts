/** An IAM or bucket policy. Written as text, since a policy is one value to AWS. */
export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { Service: string } | { Federated: string };
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export function policyText(statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
