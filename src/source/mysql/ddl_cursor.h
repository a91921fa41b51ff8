// A place in the tokens of one statement, with what every part of the DDL parser asks of it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/mysql/ddl_lexer.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// Reads statements one by one; a statement ends at a semicolon that is no part of anything, or
// with the text. Tokens are made when they are looked at: a statement that is skipped early costs
// no more than its beginning.
class DdlCursor {
 public:
  explicit DdlCursor(DdlLexer& lexer) : lexer_(lexer) {}

  const DdlMode& mode() const { return lexer_.mode(); }

  // The token `ahead` places further; kEnd at and behind the statement's end.
  const DdlToken& Peek(size_t ahead = 0);
  bool AtEnd() { return Peek().kind == DdlTokenKind::kEnd; }
  DdlToken Take();

  bool Is(std::string_view keyword, size_t ahead = 0) { return Peek(ahead).Is(keyword); }
  bool Is(char symbol, size_t ahead = 0) { return Peek(ahead).Is(symbol); }
  bool IsAnyOf(std::initializer_list<std::string_view> keywords, size_t ahead = 0);
  // Each takes all or nothing, and says whether it did.
  bool Accept(std::string_view keyword);
  bool Accept(char symbol);
  bool Accept(std::initializer_list<std::string_view> keywords);
  bool AcceptAnyOf(std::initializer_list<std::string_view> keywords);

  // A name in any quotes or none; nothing is taken where there is no name.
  std::optional<std::string> Name();
  // A name, perhaps with its database before it; `database` holds where there is none. Folded
  // where `fold` says so.
  std::optional<MysqlTableId> TableName(const std::string& database, bool fold);
  // A string's text, or nothing.
  std::optional<std::string> String();
  // A number without sign and fraction that fits, or nothing.
  std::optional<int32_t> Number();

  // At '(': takes everything up to and with its ')', or to the end. Elsewhere takes nothing.
  void SkipParentheses();
  // Up to the next comma or closing parenthesis that is not inside parentheses, or the end.
  void SkipToComma();
  void SkipToEnd();

  // From the first token that was not taken, to where the last taken token ends.
  const char* position();
  std::string_view TextFrom(const char* begin);

  // The statement from its first to its last token, without those in executable comments before
  // and behind. Takes the rest of it.
  std::string_view StatementText();
  // Where the statement's text begins: ddl of records leaves out what stands before (SET STATEMENT
  // … FOR).
  void BeginHere();
  const char* statement_begin() { return Peek(0), tokens_[begin_].text.data(); }
  // Goes on to the next statement; false: there is none.
  bool NextStatement();
  // Nothing of the text behind the current token is looked at any more.
  void Abandon() { abandoned_ = true; }

 private:
  DdlLexer& lexer_;
  std::vector<DdlToken> tokens_;  // Of the statement, as far as they were looked at.
  size_t at_ = 0;
  size_t begin_ = 0;
  bool ended_ = false;  // The statement's end is among tokens_.
  bool text_ended_ = false;
  bool abandoned_ = false;
};

}  // namespace tidewire::source
