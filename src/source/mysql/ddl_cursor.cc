#include "source/mysql/ddl_cursor.h"

#include <charconv>

#include "source/mysql/mysql_names.h"

namespace tidewire::source {

const DdlToken& DdlCursor::Peek(size_t ahead) {
  while (!ended_ && at_ + ahead >= tokens_.size()) {
    DdlToken token = lexer_.Next();
    if (token.kind == DdlTokenKind::kEnd) text_ended_ = true;
    if (token.kind == DdlTokenKind::kEnd || token.Is(';')) {
      token.kind = DdlTokenKind::kEnd;
      ended_ = true;
    }
    tokens_.push_back(token);
  }
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

DdlToken DdlCursor::Take() {
  const DdlToken token = Peek();
  if (token.kind != DdlTokenKind::kEnd) ++at_;
  return token;
}

bool DdlCursor::IsAnyOf(std::initializer_list<std::string_view> keywords, size_t ahead) {
  const DdlToken& token = Peek(ahead);
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](std::string_view keyword) { return token.Is(keyword); });
}

bool DdlCursor::Accept(std::string_view keyword) {
  if (!Is(keyword)) return false;
  ++at_;
  return true;
}

bool DdlCursor::Accept(char symbol) {
  if (!Is(symbol)) return false;
  ++at_;
  return true;
}

bool DdlCursor::Accept(std::initializer_list<std::string_view> keywords) {
  size_t ahead = 0;
  for (const std::string_view keyword : keywords) {
    if (!Is(keyword, ahead++)) return false;
  }
  at_ += keywords.size();
  return true;
}

bool DdlCursor::AcceptAnyOf(std::initializer_list<std::string_view> keywords) {
  if (!IsAnyOf(keywords)) return false;
  ++at_;
  return true;
}

std::optional<std::string> DdlCursor::Name() {
  const DdlToken& token = Peek();
  const bool quoted = token.kind == DdlTokenKind::kQuotedName ||
                      (token.kind == DdlTokenKind::kString && token.text[0] == '"');
  const bool digits = token.kind == DdlTokenKind::kNumber && at_ > 0 && tokens_[at_ - 1].Is('.');
  if (!quoted && !digits && token.kind != DdlTokenKind::kWord) return std::nullopt;
  return DecodeName(Take().text);
}

std::optional<MysqlTableId> DdlCursor::TableName(const std::string& database, bool fold) {
  // A leading dot is taken and ignored by the servers: ".t".
  Accept('.');
  auto name = Name();
  if (!name) return std::nullopt;
  MysqlTableId id{database, std::move(*name)};
  if (Accept('.')) {
    auto table = Name();
    if (!table) return std::nullopt;
    id = {std::move(id.second), std::move(*table)};
  }
  if (fold) id = {FoldName(id.first), FoldName(id.second)};
  return id;
}

std::optional<std::string> DdlCursor::String() {
  // A character set before it says how its bytes were written; the text is UTF-8 by now.
  const size_t introducer = Peek().kind == DdlTokenKind::kWord && Peek().text[0] == '_' ? 1 : 0;
  if (Peek(introducer).kind != DdlTokenKind::kString) return std::nullopt;
  at_ += introducer;
  std::string out = DecodeString(Take().text, mode());
  // 'a' 'b' is 'ab'.
  while (Peek().kind == DdlTokenKind::kString) out += DecodeString(Take().text, mode());
  return out;
}

std::optional<int32_t> DdlCursor::Number() {
  const DdlToken& token = Peek();
  if (token.kind != DdlTokenKind::kNumber) return std::nullopt;
  int32_t out = 0;
  const char* end = token.text.data() + token.text.size();
  const auto [read, error] = std::from_chars(token.text.data(), end, out);
  if (error == std::errc::result_out_of_range) {
    out = std::numeric_limits<int32_t>::max();
  } else if (error != std::errc{} || read != end) {
    return std::nullopt;
  }
  Take();
  return out;
}

void DdlCursor::SkipParentheses() {
  if (!Is('(')) return;
  size_t depth = 0;
  do {
    if (Is('(')) ++depth;
    if (Is(')')) --depth;
    Take();
  } while (depth > 0 && !AtEnd());
}

void DdlCursor::SkipToComma() {
  while (!AtEnd() && !Is(',') && !Is(')')) {
    if (Is('(')) {
      SkipParentheses();
    } else {
      Take();
    }
  }
}

void DdlCursor::SkipToEnd() {
  while (!AtEnd()) Take();
}

const char* DdlCursor::position() { return Peek().text.data(); }

std::string_view DdlCursor::TextFrom(const char* begin) {
  if (at_ == 0) return {};
  const std::string_view last = tokens_[at_ - 1].text;
  const char* end = last.data() + last.size();
  return end <= begin ? std::string_view{}
                      : std::string_view(begin, static_cast<size_t>(end - begin));
}

void DdlCursor::BeginHere() { begin_ = at_; }

std::string_view DdlCursor::StatementText() {
  SkipToEnd();
  size_t first = begin_;
  size_t last = tokens_.size() - 1;
  while (first < last && tokens_[first].conditional) ++first;
  while (last > first && tokens_[last - 1].conditional) --last;
  if (first == last) {  // All of it is conditional.
    first = begin_;
    last = tokens_.size() - 1;
  }
  if (first == last) return {};
  const std::string_view end = tokens_[last - 1].text;
  const char* begin = tokens_[first].text.data();
  return {begin, static_cast<size_t>(end.data() + end.size() - begin)};
}

bool DdlCursor::NextStatement() {
  if (abandoned_) return false;
  // What is passed over here is not kept: it may be a very long INSERT.
  while (!tokens_.empty() && !ended_) {
    const DdlToken token = lexer_.Next();
    text_ended_ = token.kind == DdlTokenKind::kEnd;
    ended_ = text_ended_ || token.Is(';');
  }
  if (text_ended_) return false;
  tokens_.clear();
  at_ = begin_ = 0;
  ended_ = false;
  return true;
}

}  // namespace tidewire::source
